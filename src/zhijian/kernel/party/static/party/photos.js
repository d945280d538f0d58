// Photos of a form: made smaller on the phone (200 kB instead of 8 MB), shown before they are sent, each removable, sent
// with progress. Without this script the form sends what was chosen as it is, and every message comes from the server.
(function () {
  var LONG = 1600
  if (!window.FormData || !HTMLCanvasElement.prototype.toBlob || !holds()) return

  // Whether a field's files can be set by script: some browsers know DataTransfer and don't let it be made.
  function holds() {
    try {
      return !!new DataTransfer().items
    } catch (error) {
      return false
    }
  }

  function element(name, className, text) {
    var made = document.createElement(name)
    if (className) made.className = className
    if (text) made.textContent = text
    return made
  }

  // The photo, smaller where that helps; null for what no browser can show.
  function smaller(file) {
    return new Promise(function (done) {
      var url = URL.createObjectURL(file)
      var image = new Image()
      image.onerror = function () { URL.revokeObjectURL(url); done(null) }
      image.onload = function () {
        URL.revokeObjectURL(url)
        var scale = Math.min(1, LONG / Math.max(image.naturalWidth, image.naturalHeight))
        var canvas = document.createElement('canvas')
        canvas.width = Math.max(1, Math.round(image.naturalWidth * scale))
        canvas.height = Math.max(1, Math.round(image.naturalHeight * scale))
        canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
        canvas.toBlob(function (blob) {
          var better = blob && (blob.size < file.size || !/^image\/(jpeg|png|webp)$/.test(file.type))
          done(better ? new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' }) : file)
        }, 'image/jpeg', 0.85)
      }
      image.src = url
    })
  }

  function equip(form, chosen) {
    // Two fields of one name: the camera, and photos that are there already. What is chosen stands in the second.
    var fields = Array.prototype.slice.call(form.querySelectorAll('input[type=file]'))
    var input = form.querySelector('input[type=file][multiple]')
    var button = form.querySelector('[type=submit]')
    var says = form.dataset
    var list = element('ul', 'photos chosen')
    var trouble = element('p', 'errorlist')
    var doing = element('p', 'small soft')
    var bar = element('progress')
    trouble.setAttribute('role', 'alert')
    doing.setAttribute('role', 'status')
    bar.max = 100
    bar.hidden = true
    bar.setAttribute('aria-label', says.sending)
    input.parentNode.appendChild(list)
    input.parentNode.appendChild(trouble)
    button.parentNode.insertBefore(doing, button)
    button.parentNode.insertBefore(bar, button)

    // What is chosen also stands in the field itself, so that the form is whole however it is sent.
    function keep() {
      var kept = new DataTransfer()
      chosen.forEach(function (file) { kept.items.add(file) })
      fields.forEach(function (one) { if (one !== input) one.value = '' })
      input.files = kept.files
    }

    function draw() {
      list.textContent = ''
      chosen.forEach(function (file, n) {
        var row = element('li')
        var image = element('img')
        var url = URL.createObjectURL(file)
        image.onload = function () { URL.revokeObjectURL(url) }
        image.src = url
        image.alt = says.chosen + ' ' + (n + 1)
        var remove = element('button', 'btn', says.remove)
        remove.type = 'button'
        remove.setAttribute('aria-label', says.remove + ': ' + image.alt)
        remove.addEventListener('click', function () {
          chosen.splice(n, 1)
          keep()
          draw()
          var next = list.querySelectorAll('button')[Math.min(n, chosen.length - 1)] || input
          next.focus()
        })
        row.appendChild(image)
        row.appendChild(remove)
        list.appendChild(row)
      })
    }

    function take(event) {
      var added = Array.prototype.slice.call(event.target.files)
      var broken = []
      trouble.textContent = ''
      doing.textContent = says.preparing
      button.disabled = true
      // One after another: an old phone has no memory for several large pictures at once.
      added.reduce(function (before, file) {
        return before.then(function () { return smaller(file) }).then(function (made) {
          if (made) chosen.push(made)
          else broken.push(file.name)
        })
      }, Promise.resolve()).then(function () {
        if (broken.length) trouble.textContent = says.broken + ' ' + broken.join(', ')
        if (chosen.length > +says.most) {
          trouble.textContent += ' ' + says.tooMany
          chosen.length = +says.most
        }
      }).catch(function () {}).then(function () {
        doing.textContent = ''
        button.disabled = false
        keep()
        draw()
      })
    }
    fields.forEach(function (one) { one.addEventListener('change', take) })

    function failed(words) {
      button.disabled = false
      bar.hidden = true
      doing.textContent = ''
      trouble.textContent = words
      trouble.scrollIntoView({ block: 'center' })
    }

    form.addEventListener('submit', function (event) {
      if (button.disabled) { event.preventDefault(); return }
      if (!chosen.length) return // nothing large: the browser sends it
      event.preventDefault()
      button.disabled = true
      bar.hidden = false
      bar.value = 0
      trouble.textContent = ''
      var request = new XMLHttpRequest()
      request.open('POST', form.action.split('#')[0])
      request.setRequestHeader('X-Requested-With', 'XMLHttpRequest')
      request.upload.onprogress = function (sent) {
        if (!sent.lengthComputable) return
        bar.value = Math.round(100 * sent.loaded / sent.total)
        doing.textContent = says.sending + ' ' + bar.value + ' %'
      }
      request.onerror = request.ontimeout = function () { failed(says.cutOff) }
      request.onload = function () {
        if (request.status === 200 && /json/.test(request.getResponseHeader('Content-Type'))) {
          location.assign(JSON.parse(request.responseText).to)
        } else if (request.status >= 500 || !/html/.test(request.getResponseHeader('Content-Type'))) failed(says.cutOff)
        else answered(request.responseText)
      }
      request.send(new FormData(form))
    })

    // The server wants another look: its page takes the place of this one; the photos stay chosen.
    function answered(html) {
      var main = new DOMParser().parseFromString(html, 'text/html').querySelector('main')
      if (!main) { failed(says.cutOff); return }
      document.querySelector('main').replaceWith(main)
      equipAll(main, form.id, chosen)
      var wrong = main.querySelector('.field.bad') || main.querySelector('.errorlist') || main
      wrong.scrollIntoView({ block: 'center' })
    }

    keep()
    draw()
  }

  function equipAll(within, ident, chosen) {
    within.querySelectorAll('form[data-photos]').forEach(function (form) {
      equip(form, form.id === ident ? chosen : [])
    })
  }

  equipAll(document, '', [])
})()
