"""Addresses of body-camera films and of who wears which camera."""

from __future__ import annotations

from django.urls import path

from . import pages

urlpatterns = [
    path("recordings/", pages.recordings, name="recordings"),
    path("recordings/file/", pages.file_ticked, name="recordings_file"),
    path("recordings/take/", pages.take, name="recordings_take"),
    path("recordings/cameras/", pages.cameras, name="cameras"),
    path("recordings/<uuid:uid>/", pages.film, name="recording"),
    path("recordings/<uuid:uid>/aside/", pages.aside, name="recording_aside"),
    path("recordings/<uuid:uid>/play", pages.play, name="recording_play"),
]
