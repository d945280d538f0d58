// Where the technician stands, told once he agrees; without it the visit is recorded all the same.
(function () {
  var form = document.querySelector("form[data-position]");
  var where = form && form.querySelector("[data-where]");
  if (!form || !where) return;
  function none() { where.textContent = where.dataset.none; }
  if (!navigator.geolocation) return none();
  navigator.geolocation.getCurrentPosition(function (found) {
    form.elements.lat.value = found.coords.latitude.toFixed(6);
    form.elements.lon.value = found.coords.longitude.toFixed(6);
    where.textContent = where.dataset.found;
  }, none, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
})();
