// The map of a patch: asks the server for what is in view, draws clusters and shops, and puts the same into the list.
/* global L */
(function () {
  var box = document.querySelector('[data-patch]')
  var form = document.querySelector('[data-patch-form]')
  var list = document.getElementById('patch-list')
  if (!box) return
  var data = JSON.parse(document.getElementById(box.dataset.patch).textContent)
  var map = L.map(box, { attributionControl: false, zoomControl: true, maxZoom: 20 })
  var marks = L.layerGroup().addTo(map)
  var bounds = window.zjGround(map, data)

  // The place stands in the address behind the hash, so that "back" from a shop returns to it.
  var kept = /^#(-?[\d.]+),(-?[\d.]+),(\d+)$/.exec(location.hash)
  if (kept) map.setView([Number(kept[1]), Number(kept[2])], Number(kept[3]), { animate: false })
  else if (bounds.isValid()) map.fitBounds(bounds, { animate: false })

  function filters() {
    var params = new URLSearchParams(new FormData(form))
    Array.from(params).forEach(function (pair) {
      if (!pair[1]) params.delete(pair[0])
    })
    return params
  }

  // Leaflet lets a mark be focused but does nothing on Enter by itself.
  function acts(mark, go) {
    mark.on('click', go)
    mark.on('keypress', function (event) {
      if (event.originalEvent.key === 'Enter') go()
    })
    marks.addLayer(mark)
  }

  function draw(found) {
    marks.clearLayers()
    found.clusters.forEach(function (one) {
      var icon = L.divIcon({ className: 'cluster', html: String(one.n), iconSize: [one.size, one.size] })
      var mark = L.marker([one.lat, one.lon], { icon: icon, keyboard: true, alt: String(one.n), title: String(one.n) })
      acts(mark, function () {
        map.setView([one.lat, one.lon], Math.min(map.getZoom() + 2, 18))
      })
    })
    found.points.forEach(function (one) {
      var icon = L.divIcon({ className: one.bad ? 'shop bad' : 'shop', iconSize: [24, 24] })
      var mark = L.marker([one.lat, one.lon], { icon: icon, keyboard: true, alt: one.name, title: one.name })
      acts(mark, function () {
        location.href = one.url
      })
    })
    list.innerHTML = found.list
  }

  var asked = 0
  function ask() {
    var mine = ++asked
    var b = map.getBounds()
    var params = filters()
    var query = params.toString()
    var at = map.getCenter()
    history.replaceState(null, '', (query ? '?' + query : location.pathname) + '#' + [at.lat.toFixed(5), at.lng.toFixed(5), map.getZoom()].join(','))
    params.set('box', [Math.max(b.getWest(), -180), Math.max(b.getSouth(), -90), Math.min(b.getEast(), 180), Math.min(b.getNorth(), 90)].map(function (v) { return v.toFixed(5) }).concat(map.getZoom()).join(','))
    box.setAttribute('aria-busy', 'true')
    fetch(data.data + '?' + params, { headers: { Accept: 'application/json' } })
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.status)
        return answer.json()
      })
      .then(function (found) {
        if (mine === asked) draw(found)
      })
      .catch(function () {
        if (mine === asked) document.getElementById('offline').hidden = false
      })
      .finally(function () {
        if (mine === asked) box.removeAttribute('aria-busy')
      })
  }
  map.on('moveend', ask)
  form.addEventListener('change', ask)
  form.addEventListener('submit', function (event) {
    event.preventDefault()
    ask()
  })
  list.addEventListener('click', function (event) {
    var go = event.target.closest('[data-go]')
    if (go) map.setView(go.dataset.go.split(',').map(Number), data.near)
  })
  ask()
})()
