// A board: cards are dragged or moved by keys. A move is a form that is sent like any other: the server takes the step,
// asks what it must know, or says why not.
(function () {
  'use strict'
  const one = (selector, root = document) => root.querySelector(selector)
  const all = (selector, root = document) => [...root.querySelectorAll(selector)]
  const columns = () => all('#board .col')
  const cards = (column) => all('[data-card]', column)
  const focus = (card) => one('a.name', card)?.focus()

  function move(card, column) {
    if (!column || column.contains(card)) return
    const form = one('#mover')
    form.action = card.dataset.move
    form.elements.to.value = column.dataset.state
    form.elements.version.value = card.dataset.version
    form.elements.next.value = one('#board').dataset.next
    form.requestSubmit()
  }

  let dragged = null
  document.addEventListener('dragstart', (event) => {
    dragged = event.target.closest ? event.target.closest('[data-card]') : null
    if (!dragged) return
    event.dataTransfer.setData('text/plain', dragged.id)
    event.dataTransfer.effectAllowed = 'move'
  })
  document.addEventListener('dragover', (event) => {
    const column = event.target.closest('#board .col')
    if (!dragged || !column) return
    event.preventDefault()
    columns().forEach((each) => each.classList.toggle('over', each === column && !column.contains(dragged)))
  })
  document.addEventListener('dragend', () => { dragged = null; columns().forEach((each) => each.classList.remove('over')) })
  document.addEventListener('drop', (event) => {
    const column = event.target.closest('#board .col')
    if (!dragged || !column) return
    event.preventDefault()
    move(dragged, column)
  })

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || one('dialog[open]')) return
    const card = document.activeElement?.closest('[data-card]')
    if (!card) return
    const column = card.closest('.col')
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    const along = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (aside) {
      const next = columns()[columns().indexOf(column) + aside]
      if (event.shiftKey) move(card, next)
      else if (next && cards(next).length) focus(cards(next)[Math.min(cards(column).indexOf(card), cards(next).length - 1)])
    } else if (along) focus(cards(column)[cards(column).indexOf(card) + along])
    else if (event.key === 'm') one('a.move', card).click()
    else return
    event.preventDefault()
    event.stopImmediatePropagation()
  }, true)

  // The menu of a card opens as a dialog once it has arrived; Esc closes it and gives the focus back.
  let asked = null
  document.addEventListener('htmx:beforeRequest', (event) => { if (event.target.matches('a.move')) asked = event.target })
  document.addEventListener('htmx:afterSwap', (event) => {
    if (event.target.id !== 'moves-in') return
    one('#moves').showModal()
    one('#moves a, #moves button')?.focus()
  })
  one('#moves').addEventListener('close', () => asked?.focus())
  one('#moves').addEventListener('click', (event) => { if (event.target.id === 'moves') event.target.close() })

  // On a narrow screen one column is shown; choosing another needs no new page.
  document.addEventListener('click', (event) => {
    const tab = event.target.closest('[data-column]')
    if (!tab) return
    event.preventDefault()
    all('[data-column]').forEach((each) => each.toggleAttribute('aria-current', each === tab))
    tab.setAttribute('aria-current', 'true')
    columns().forEach((each) => each.classList.toggle('here', each.dataset.state === tab.dataset.column))
    history.replaceState(null, '', tab.href)
  })

  const moved = location.hash.startsWith('#c-') && one(`#${CSS.escape(location.hash.slice(1))}`)
  if (moved) {
    columns().forEach((each) => each.classList.toggle('here', each.contains(moved)))
    all('[data-column]').forEach((each) => each.toggleAttribute('aria-current', each.dataset.column === moved.closest('.col').dataset.state))
    // A browser that follows a fragment takes the focus away from whatever had it: wait until it is done.
    window.addEventListener('load', () => setTimeout(() => focus(moved)))
  }
})()
