// The pad for a signature: strokes of whole numbers, as the field app keeps them, in a hidden field of the form.
(function () {
  'use strict'
  document.querySelectorAll('form[data-signs]').forEach((form) => {
    const pad = form.querySelector('[data-pad]')
    const kept = form.querySelector('[data-strokes]')
    const pen = pad.getContext('2d')
    let strokes = []
    let line = null

    const at = (event) => {
      const box = pad.getBoundingClientRect()
      return [
        Math.round(((event.clientX - box.left) * pad.width) / box.width),
        Math.round(((event.clientY - box.top) * pad.height) / box.height),
      ]
    }
    function draw() {
      pen.clearRect(0, 0, pad.width, pad.height)
      pen.lineWidth = 4
      pen.lineCap = pen.lineJoin = 'round'
      pen.strokeStyle = '#1b2430'
      strokes.forEach((points) => {
        pen.beginPath()
        points.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)))
        if (points.length === 1) pen.lineTo(points[0][0] + 1, points[0][1])
        pen.stroke()
      })
    }
    function keep() {
      kept.value = strokes.length ? JSON.stringify(strokes) : ''
    }
    form.querySelector('[data-unscripted]').hidden = true
    pad.addEventListener('pointerdown', (event) => {
      event.preventDefault()
      pad.setPointerCapture(event.pointerId)
      line = [at(event)]
      strokes.push(line)
      draw()
    })
    pad.addEventListener('pointermove', (event) => {
      if (!line) return
      const point = at(event)
      const last = line[line.length - 1]
      if (Math.abs(point[0] - last[0]) + Math.abs(point[1] - last[1]) < 3) return
      line.push(point)
      draw()
    })
    const lift = () => {
      line = null
      keep()
    }
    pad.addEventListener('pointerup', lift)
    pad.addEventListener('pointercancel', lift)
    form.querySelector('[data-clear]').addEventListener('click', () => {
      strokes = []
      draw()
      keep()
    })
  })
})()
