// A map without anybody else's server: the jurisdiction's outline and the premises. Tiles only where the pack names them.
/* global L */
(function () {
  function show(box) {
    var data = JSON.parse(document.getElementById(box.dataset.source).textContent)
    var map = L.map(box, { attributionControl: false, zoomControl: true, scrollWheelZoom: false })
    if (data.tiles) L.tileLayer(data.tiles, { maxZoom: 18 }).addTo(map)
    // A view comes first: a label can't be placed on a map that looks nowhere.
    map.setView([Number(data.lat) || 0, Number(data.lon) || 0], 9)
    var bounds = L.latLngBounds([])
    if (data.outline) {
      var outline = L.geoJSON(data.outline, { interactive: false, style: { color: '#5b6675', weight: 1.5, fillColor: '#ffffff', fillOpacity: 0.85 } })
      outline.addTo(map)
      if (!data.points.length) bounds.extend(outline.getBounds())
    }
    data.points.forEach(function (point) {
      var at = [Number(point.lat), Number(point.lon)]
      var dot = L.circleMarker(at, { radius: 9, color: '#ffffff', weight: 2, fillColor: point.bad ? '#c0272d' : '#1f5fbf', fillOpacity: 1 })
      dot.bindTooltip(point.name, { permanent: data.points.length < 6, direction: 'top', offset: [0, -8] }).addTo(map)
      if (point.url) dot.on('click', function () { location.href = point.url })
      bounds.extend(at)
    })
    if (bounds.isValid()) map.fitBounds(bounds.pad(0.4), { maxZoom: 11, animate: false })
  }
  document.querySelectorAll('[data-map]').forEach(show)
})()
