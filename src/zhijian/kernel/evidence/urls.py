"""Addresses of files, of proofs and of the published seals."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("files/<uuid:uid>/shown", views.shown, name="file_shown"),
    path("files/<uuid:uid>/original", views.original, name="file_original"),
    path("m/<uuid:uid>/entry/<int:seq>/", views.proof_page, name="proof"),
    path("m/<uuid:uid>/entry/<int:seq>/proof.json", views.proof_json, name="proof_json"),
    path("seals/", views.seals, name="seals"),
    path("seals/seals.json", views.seals_json, name="seals_json"),
]
