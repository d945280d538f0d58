"""Addresses of the registry."""

from __future__ import annotations

from django.urls import path

from . import import_pages, join_pages, proposal_pages, views

urlpatterns = [
    path("api/registry/search", views.search_api, name="registry-search"),
    path("corrections/", proposal_pages.corrections, name="corrections"),
    path("corrections/<uuid:uid>/accept/", proposal_pages.accept, name="correction_accept"),
    path("corrections/<uuid:uid>/refuse/", proposal_pages.refuse, name="correction_refuse"),
    path("e/<uuid:uid>/merge/", join_pages.merge_page, name="entity_merge"),
    path("e/<uuid:uid>/split/", join_pages.split_page, name="entity_split"),
    path("joins/<uuid:uid>/", join_pages.join_page, name="join"),
    path("registry/import/", import_pages.imports, name="imports"),
    path("registry/import/pieces/<uuid:uid>/", import_pages.piece, name="import_piece"),
    path("registry/import/<uuid:uid>/", import_pages.one, name="import"),
    path("registry/import/<uuid:uid>/rejected/", import_pages.rejected, name="import_rejected"),
    path("registry/import/<uuid:uid>/again/", import_pages.again, name="import_again"),
    path("registry/import/<uuid:uid>/now/", import_pages.now, name="import_now"),
    path("registry/import/<uuid:uid>/stop/", import_pages.stop, name="import_stop"),
]
