// One key copies a field and goes to the next. Without the clipboard's interface (plain http, old browsers) the old command
// is tried; where that is gone too, the field is chosen for Ctrl+C.
(function () {
  'use strict'
  const list = document.querySelector('[data-copying]')
  if (!list) return
  const fields = [...list.querySelectorAll('input')]
  const said = document.querySelector('#copied')

  function old(field) {
    field.focus()
    field.select()
    try {
      return document.execCommand('copy')
    } catch {
      return false
    }
  }
  function go(field) {
    const next = fields[fields.indexOf(field) + 1]
    if (next) {
      next.focus()
      next.select()
    } else document.querySelector('#number')?.focus()
  }
  function say(field, done) {
    said.textContent = `${field.labels[0].textContent}: ${done ? field.dataset.copied : field.dataset.chosen}`
    field.closest('li').classList.toggle('done', done)
  }
  function copy(field) {
    const byCommand = () => {
      const done = old(field)
      say(field, done)
      if (done) go(field)
    }
    if (!navigator.clipboard) return byCommand()
    // The next field has the keys at once: whoever presses twice copies two.
    navigator.clipboard.writeText(field.value).then(() => say(field, true), byCommand)
    go(field)
  }
  list.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName !== 'INPUT') return
    if (event.key === 'Enter' || event.key === 'c') {
      event.preventDefault()
      copy(event.target)
    }
  })
  list.addEventListener('click', (event) => {
    const button = event.target.closest('[data-copy]')
    if (button) copy(document.querySelector(button.dataset.copy))
  })
  list.addEventListener('focusin', (event) => { if (event.target.tagName === 'INPUT') event.target.select() })
  fields[0]?.focus({ preventScroll: true })
})()
