// The public's pages need no script; this keeps the choice of large type without another request, and what was typed.
(function () {
  var root = document.documentElement
  document.addEventListener('submit', function (event) {
    var form = event.target
    if (event.defaultPrevented || !form.querySelector('[data-large]')) return
    event.preventDefault()
    var on = root.classList.toggle('large')
    document.cookie = 'large=' + (on ? '1' : '') + ';path=/;max-age=31536000;samesite=lax'
    form.elements.large.value = on ? '' : '1'
  })
  document.addEventListener('submit', function (event) {
    var button = event.target.querySelector('[type=submit]')
    if (!button || event.defaultPrevented) return
    // A double tap must not send twice; the button comes back when the page is shown again.
    setTimeout(function () { button.disabled = true }, 0)
    window.addEventListener('pageshow', function () { button.disabled = false })
  })
})()
