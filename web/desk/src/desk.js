// What the desk needs beyond HTMX: keys, the menu on a phone, boxes that close, a row's tick boxes. No state of its own.
(function () {
  'use strict'
  const one = (selector, root = document) => root.querySelector(selector)
  const all = (selector, root = document) => [...root.querySelectorAll(selector)]
  const PICKED = '.c-pick [type=checkbox]' // a row's tick box, whatever it names
  const typing = (node) => node && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName))

  // Keyboard: / search, j and k through the rows, Enter opens, ? help.
  let here = -1
  function go(step) {
    const rows = all('[data-row]')
    if (!rows.length) return
    here = Math.max(0, Math.min(rows.length - 1, here + step))
    rows.forEach((row, n) => row.classList.toggle('here', n === here))
    const link = one('a', rows[here])
    if (link) link.focus({ preventScroll: true })
    rows[here].scrollIntoView({ block: 'nearest' })
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') return all('details.pops[open]').forEach((box) => { box.open = false })
    if (typing(event.target) || one('dialog[open]')) return
    const keys = {
      '/': () => one('#find')?.focus(),
      j: () => go(1),
      k: () => go(-1),
      '?': () => one('#keys')?.showModal(),
    }
    // Where each row has its own decisions, their keys press the row's buttons.
    const key = `[data-key="${CSS.escape(event.key)}"]`
    const act = (here >= 0 && one(key, all('[data-row]')[here])) || (one('[data-keys]') && all(key).find((each) => !each.closest('[data-row]')))
    if (act) keys[event.key] = () => act.click()
    if (keys[event.key]) {
      event.preventDefault()
      keys[event.key]()
    }
  })

  // The parts of the menu stay as one left them; the server draws them so. What opens because one is there is not asked.
  const parts = all('.side [data-part]')
  parts.forEach((part) => one('summary', part).addEventListener('click', () => setTimeout(() => {
    const open = parts.filter((each) => each.open).map((each) => each.dataset.part)
    document.cookie = `menu=${open.join('.')}; path=/; max-age=31536000; SameSite=Lax${location.protocol === 'https:' ? '; Secure' : ''}`
  })))

  // A bar of tabs that is wider than the page begins with the one where one is.
  all('.tabs [aria-current]').forEach((tab) => {
    const bar = tab.closest('.tabs')
    bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2
  })

  if (one('[data-keys]') && matchMedia('(pointer: fine)').matches) go(1)

  document.addEventListener('click', (event) => {
    const target = event.target
    all('details.pops[open]').forEach((box) => { if (!box.contains(target)) box.open = false })
    const toggle = target.closest('[data-toggle]')
    if (toggle) {
      const open = one(toggle.dataset.toggle).classList.toggle('open')
      toggle.setAttribute('aria-expanded', String(open))
    }
    const dialog = target.closest('[data-dialog]')
    if (dialog) one(dialog.dataset.dialog)?.showModal()
    if (target.closest('[data-print]')) window.print()
  })

  // Tick boxes of a list: all at once, and a count beside the buttons.
  document.addEventListener('change', (event) => {
    const box = event.target
    if (box.matches('[data-all]')) all(PICKED).forEach((one) => { one.checked = box.checked })
    if (box.matches(`[data-all], ${PICKED}`)) {
      const count = all(`${PICKED}:checked`).length
      all('[data-count]').forEach((node) => { node.textContent = String(count) })
      all('[data-bulk]').forEach((node) => { node.disabled = count === 0 })
    }
    if (box.matches('[data-submit]')) box.form.requestSubmit()
  })

  // A call by one tap, on a telephone: the number comes back and is dialled while the tap still counts as one (browsers
  // dial for nobody else); then the page that asks how it ended.
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!form.matches('[data-dial]') || !matchMedia('(pointer: coarse)').matches) return
    event.preventDefault()
    const asked = { method: 'post', body: new FormData(form), headers: { Accept: 'application/json' } }
    fetch(form.action, asked).then((answer) => answer.json()).then(({ number, url }) => {
      // A shell around the page may dial itself: whoever takes the event keeps the browser from it.
      if (document.dispatchEvent(new CustomEvent('dial', { detail: number, cancelable: true }))) location.href = `tel:${number}`
      setTimeout(() => location.assign(url), 600)
    }).catch(() => form.submit())
  })

  // A form is sent once: the second tap on a slow line does nothing.
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (form.method !== 'post' || event.defaultPrevented) return
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = '1'
    setTimeout(() => { delete form.dataset.sent }, 8000)
  })
  window.addEventListener('pageshow', () => all('form[data-sent]').forEach((form) => { delete form.dataset.sent }))

  // The server's words are shown also when its answer is an error.
  document.addEventListener('htmx:beforeSwap', (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true
  })
  document.addEventListener('htmx:afterSwap', () => { here = -1 })
  const failed = (event) => {
    const note = one('#offline')
    if (note) note.hidden = event.type === 'htmx:afterRequest'
  }
  document.addEventListener('htmx:sendError', failed)
  document.addEventListener('htmx:responseError', failed)
  document.addEventListener('htmx:afterRequest', (event) => { if (event.detail.successful) failed(event) })
})()
