// Makes photos smaller before they are sent: an old phone on a slow line sends 200 kB instead of 8 MB. Without this
// script the form sends them as they are.
(function () {
  var LONG = 1600
  if (!window.DataTransfer || !window.HTMLCanvasElement || !HTMLCanvasElement.prototype.toBlob) return
  function smaller(file) {
    return new Promise(function (done) {
      var url = URL.createObjectURL(file)
      var image = new Image()
      image.onerror = function () { URL.revokeObjectURL(url); done(file) }
      image.onload = function () {
        URL.revokeObjectURL(url)
        var scale = Math.min(1, LONG / Math.max(image.naturalWidth, image.naturalHeight))
        var canvas = document.createElement('canvas')
        canvas.width = Math.round(image.naturalWidth * scale)
        canvas.height = Math.round(image.naturalHeight * scale)
        canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
        canvas.toBlob(function (blob) {
          done(blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' }) : file)
        }, 'image/jpeg', 0.85)
      }
      image.src = url
    })
  }
  document.querySelectorAll('form[data-photos] input[type=file]').forEach(function (input) {
    input.addEventListener('change', function () {
      var button = input.form.querySelector('[type=submit]')
      button.disabled = true
      Promise.all(Array.prototype.slice.call(input.files, 0, 9).map(smaller)).then(function (files) {
        var kept = new DataTransfer()
        files.forEach(function (file) { kept.items.add(file) })
        input.files = kept.files
      }).catch(function () {}).then(function () { button.disabled = false })
    })
  })
})()
