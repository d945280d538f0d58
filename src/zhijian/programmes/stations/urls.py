"""Addresses of stations beside those that every matter has."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.stations import applying, door, log, pages, public

urlpatterns = [
    path("stations/", public.list_page, name="station_list"),
    path("stations/log/", log.log_page, name="station_log"),
    path("stations/<uuid:uid>/look/", pages.look_page, name="station_look"),
    path("stations/<uuid:uid>/rate/<int:year>/", pages.rate_page, name="station_rate"),
    path("stations/<uuid:uid>/code/", pages.key_page, name="station_key"),
    path("stations/<uuid:uid>/send/", pages.send_page, name="station_send"),
    path("stations/<uuid:uid>/end/", pages.end_page, name="station_end"),
    path("stations/<str:code>/", public.station_page, name="station_public"),
    path("stations/<str:code>/plaque.pdf", public.plaque_page, name="station_plaque"),
    path("station/<str:key>/", door.door_page, name="station_door"),
    path("station/<str:key>/<uuid:uid>/", door.dispute_page, name="station_door_dispute"),
    path("station/<str:key>/<uuid:uid>/<str:verb>/", door.act_page, name="station_door_act"),
    path("my/station/", applying.apply_page, name="party_station"),
]
