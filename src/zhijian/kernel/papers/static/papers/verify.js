// The chosen PDF's digest is made here, so that the file itself need not be sent. Without a secure context it is sent.
(function () {
  'use strict'
  const form = document.querySelector('form[data-compare]')
  if (!form || !window.crypto || !crypto.subtle) return
  const file = form.querySelector('[type=file]')
  const digest = form.querySelector('[name=digest]')
  const note = form.querySelector('[data-made]')
  file.addEventListener('change', async () => {
    const chosen = file.files[0]
    if (!chosen || chosen.size > 60 * 1024 * 1024) return
    const made = new Uint8Array(await crypto.subtle.digest('SHA-256', await chosen.arrayBuffer()))
    digest.value = [...made].map((one) => one.toString(16).padStart(2, '0')).join('')
    form.querySelector('[name=by_file]').value = '1'
    note.textContent = note.dataset.made + ' ' + chosen.name
    note.hidden = false
    file.value = ''
  })
  digest.addEventListener('input', () => {
    form.querySelector('[name=by_file]').value = ''
    note.hidden = true
  })
})()
