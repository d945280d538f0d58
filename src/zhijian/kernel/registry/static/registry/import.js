// Sends a big table piece by piece: a broken line goes on where it stopped. Without script the form sends it whole.
(function () {
  'use strict'
  const PIECE = 1 << 20
  const PAUSES = [1, 2, 4, 8, 15, 30] // seconds before the next try

  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000))

  // The same file chosen again goes on with what has arrived: its key is kept with the form, not on the disk.
  function keyOf(form, file) {
    const known = `${file.name}/${file.size}/${file.lastModified}`
    if (form.dataset.known !== known) {
      const bytes = crypto.getRandomValues(new Uint8Array(16))
      bytes[6] = (bytes[6] & 15) | 64
      bytes[8] = (bytes[8] & 63) | 128
      const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
      form.dataset.known = known
      form.dataset.key = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    }
    return form.dataset.key
  }

  async function put(form, key, file, offset) {
    const answer = await fetch(`${form.dataset.pieces}${key}/?offset=${offset}`, {
      method: 'PUT',
      headers: { 'X-CSRFToken': form.elements.csrfmiddlewaretoken.value, 'Content-Type': 'application/octet-stream' },
      body: file.slice(offset, offset + PIECE),
    })
    const said = await answer.json()
    if (answer.ok || answer.status === 409) return said.offset
    const error = new Error(said.message || '')
    error.final = answer.status === 413 || answer.status === 507
    throw error
  }

  async function sendAll(form, file, show) {
    const key = keyOf(form, file)
    let offset = 0
    let tries = 0
    while (offset < file.size) {
      try {
        offset = await put(form, key, file, offset)
        tries = 0
        show(offset / file.size, '')
      } catch (error) {
        if (error.final || tries >= PAUSES.length) throw error
        show(offset / file.size, form.dataset.failed)
        await pause(PAUSES[tries++])
      }
    }
    return key
  }

  function field(form, name, value) {
    const input = form.querySelector(`input[name="${name}"]`) || document.createElement('input')
    Object.assign(input, { type: 'hidden', name, value })
    form.append(input)
  }

  async function send(form, file) {
    const box = form.querySelector('.sending')
    const said = box.querySelector('[data-said]')
    const words = said.dataset.words || (said.dataset.words = said.textContent)
    const show = (share, trouble) => {
      box.hidden = false
      box.querySelector('progress').value = share * 100
      box.querySelector('[data-percent]').textContent = `${Math.floor(share * 100)} %`
      said.textContent = trouble || words
    }
    const button = form.querySelector('button')
    button.disabled = true
    show(0, '')
    try {
      field(form, 'piece', await sendAll(form, file, show))
      field(form, 'name', file.name)
      field(form, 'size', file.size)
      form.elements.file.disabled = true // its bytes are there already
      form.submit()
    } catch (error) {
      show(0, error.message && error.final ? error.message : form.dataset.ended)
      button.disabled = false
    }
  }

  document.addEventListener('submit', (event) => {
    const form = event.target
    const file = form.dataset.pieces && form.elements.file.files[0]
    if (!file || !file.size) return
    event.preventDefault()
    delete form.dataset.sent
    send(form, file)
  }, true)
  // Back from the next page: the form is usable again.
  window.addEventListener('pageshow', () => {
    for (const node of document.querySelectorAll('[data-pieces] :disabled')) node.disabled = false
  })
})()
