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
  async function put(field) {
    try {
      await navigator.clipboard.writeText(field.value)
      return true
    } catch {
      return old(field)
    }
  }
  async function copy(field) {
    const done = await put(field)
    const label = field.labels[0].textContent
    said.textContent = `${label}: ${done ? field.dataset.copied : field.dataset.chosen}`
    field.closest('li').classList.toggle('done', done)
    if (!done) return
    const next = fields[fields.indexOf(field) + 1]
    if (next) {
      next.focus()
      next.select()
    } else document.querySelector('#number')?.focus()
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
