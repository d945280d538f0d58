// The shop is looked for as its name is typed; arrow keys choose, Enter takes, Esc takes it back; Ctrl+Enter registers.
(() => {
  const form = document.getElementById('agent')
  const field = form.querySelector('[name$="said_name"]')
  const list = document.getElementById('shops')
  const chosen = document.getElementById('chosen')
  let asked = 0
  let here = -1

  // The lines belong below the field that they answer.
  field.closest('.field').append(list, chosen)
  field.setAttribute('role', 'combobox')
  field.setAttribute('aria-controls', 'shops')
  field.setAttribute('aria-expanded', 'false')
  field.setAttribute('aria-autocomplete', 'list')

  const options = () => [...list.querySelectorAll('[role=option]')]

  function show(html) {
    list.innerHTML = html
    here = -1
    field.setAttribute('aria-expanded', String(options().length > 0))
    field.removeAttribute('aria-activedescendant')
  }

  function go(step) {
    const lines = options()
    if (!lines.length) return
    here = (here + step + lines.length) % lines.length
    lines.forEach((line, at) => line.setAttribute('aria-selected', String(at === here)))
    field.setAttribute('aria-activedescendant', lines[here].id)
    lines[here].scrollIntoView({ block: 'nearest' })
  }

  function take(line) {
    form.elements.entity.value = line ? line.dataset.entity : ''
    form.elements.premises.value = line ? line.dataset.premises : ''
    chosen.textContent = line ? `${list.dataset.chosen} ${line.innerText.replace(/\s+/g, ' ')}` : ''
    show('')
  }

  async function look() {
    const mine = ++asked
    await new Promise((done) => setTimeout(done, 150)) // a pause in typing
    if (mine !== asked) return
    const answer = await fetch(`${list.dataset.url}?${new URLSearchParams({ [field.name]: field.value })}`)
    if (mine === asked && answer.ok) show(await answer.text())
  }

  field.addEventListener('input', () => {
    if (form.elements.entity.value) take(null)
    look()
  })
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') go(1)
    else if (event.key === 'ArrowUp') go(-1)
    else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      if (here < 0 && options().length === 1) here = 0
      if (here >= 0) take(options()[here])
    } else if (event.key === 'Escape') take(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  list.addEventListener('click', (event) => {
    const line = event.target.closest('[role=option]')
    if (line) take(line)
  })
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit()
  })
})()
