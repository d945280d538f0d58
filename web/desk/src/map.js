// A map without anybody else's server: the outline the premises lie in, its neighbours, and the premises themselves.
// Tiles only where the pack names them. Whose outlines they are stands on the map.
/* global L */
(function () {
  var OWN = { color: '#3d6a9e', weight: 2, fillColor: '#ffffff', fillOpacity: 1 }
  var OTHER = { color: '#c3ccd6', weight: 1, fillColor: '#f5f7f9', fillOpacity: 1 }

  function text(words) {
    var made = document.createElement('span')
    made.textContent = words
    return made
  }

  function outline(map, feature, own) {
    return L.geoJSON(feature, {
      interactive: false,
      style: own ? OWN : OTHER,
      onEachFeature: function (one, layer) {
        if (!own) layer.bindTooltip(text(one.properties.name), { permanent: true, direction: 'center', className: 'map-area' })
      },
    }).addTo(map)
  }

  // In the corner: on the outline itself the name would lie on the shop's as often as not.
  function title(map, words) {
    var corner = L.control({ position: 'topright' })
    corner.onAdd = function () {
      var made = text(words)
      made.className = 'map-area own'
      return made
    }
    corner.addTo(map)
  }

  // Also the ground of the patch's map. Returns the bounds of the own outlines.
  function ground(map, data) {
    if (data.source) L.control.attribution({ prefix: false }).addAttribution(data.source).addTo(map)
    if (data.tiles) L.tileLayer(data.tiles, { maxZoom: 20, maxNativeZoom: 18 }).addTo(map)
    // A view comes first: a label can't be placed on a map that looks nowhere.
    map.setView([Number(data.lat) || 0, Number(data.lon) || 0], 9)
    if (!data.tiles) (data.others || []).forEach(function (feature) { outline(map, feature, false) })
    var bounds = L.latLngBounds([])
    var own = data.own || []
    own.forEach(function (feature) { bounds.extend(outline(map, feature, true).getBounds()) })
    if (own.length === 1) title(map, own[0].properties.name)
    return bounds
  }
  window.zjGround = ground

  // A stop of a day: its number, and on Enter its record.
  function stop(point) {
    var icon = L.divIcon({ className: point.bad ? 'stop bad' : 'stop', html: String(point.no), iconSize: [26, 26] })
    var mark = L.marker([Number(point.lat), Number(point.lon)], { icon: icon, keyboard: true, alt: point.no + ' ' + point.name, title: point.name })
    function go() { location.href = point.url }
    mark.on('click', go)
    mark.on('keypress', function (event) { if (event.originalEvent.key === 'Enter') go() })
    return mark
  }

  function dot(point, labelled) {
    var look = { radius: 8, color: '#ffffff', weight: 2, fillColor: point.bad ? '#c0272d' : '#1f5fbf', fillOpacity: 1 }
    var mark = L.circleMarker([Number(point.lat), Number(point.lon)], look)
    mark.bindTooltip(text(point.name), { permanent: labelled, direction: 'top', offset: [0, -8] })
    if (point.url) mark.on('click', function () { location.href = point.url })
    return mark
  }

  function show(box) {
    var data = JSON.parse(document.getElementById(box.dataset.source).textContent)
    var map = L.map(box, { attributionControl: false, zoomControl: true, zoomSnap: 0.25, scrollWheelZoom: false })
    var bounds = ground(map, data)
    if (data.line) L.polyline(data.points.map(function (point) { return [point.lat, point.lon] }), { color: '#1f5fbf', weight: 3, opacity: 0.6, dashArray: '6 6', interactive: false }).addTo(map)
    data.points.forEach(function (point) {
      if (point.no) stop(point).addTo(map)
      else dot(point, data.points.length < 6).addTo(map)
      bounds.extend([Number(point.lat), Number(point.lon)])
    })
    if (data.line) bounds = L.latLngBounds(data.points.map(function (point) { return [point.lat, point.lon] }))
    if (bounds.isValid()) map.fitBounds(bounds.pad((data.own || []).length ? 0.2 : 0.4), { maxZoom: 14, animate: false })
  }
  document.querySelectorAll('[data-map]').forEach(show)
})()
