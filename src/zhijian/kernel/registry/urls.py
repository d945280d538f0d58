"""Addresses of the registry."""

from __future__ import annotations

from django.urls import path

from . import import_pages, join_pages, proposal_pages, views
from .cards import pages as cards
from .twins import pages as twins

urlpatterns = [
    path("api/registry/search", views.search_api, name="registry-search"),
    path("corrections/", proposal_pages.corrections, name="corrections"),
    path("corrections/<uuid:uid>/accept/", proposal_pages.accept, name="correction_accept"),
    path("corrections/<uuid:uid>/refuse/", proposal_pages.refuse, name="correction_refuse"),
    path("duplicates/", twins.twins_page, name="twins"),
    path("duplicates/find/", twins.twins_find, name="twins_find"),
    path("duplicates/<uuid:uid>/", twins.twins_decide, name="twins_decide"),
    path("doors/", cards.cards_page, name="cards"),
    path("doors/print/", cards.cards_print, name="cards_print"),
    path("doors/runs/", cards.card_runs, name="card_runs"),
    path("doors/runs/<uuid:uid>/", cards.card_run, name="card_run"),
    path("doors/runs/<uuid:uid>.pdf", cards.card_pdf, name="card_pdf"),
    path("doors/runs/<uuid:uid>.xlsx", cards.card_list, name="card_list"),
    path("doors/runs/<uuid:uid>/again/", cards.card_again, name="card_again"),
    path("doors/<uuid:uid>/print/", cards.card_one, name="card_one"),
    path("doors/<uuid:uid>/new-code/", cards.card_replace, name="card_replace"),
    path("e/<uuid:uid>/codes/", cards.door_codes, name="door_codes"),
    path("e/<uuid:uid>/merge/", join_pages.merge_page, name="entity_merge"),
    path("e/<uuid:uid>/split/", join_pages.split_page, name="entity_split"),
    path("joins/<uuid:uid>/", join_pages.join_page, name="join"),
    path("registry/import/", import_pages.imports, name="imports"),
    path("registry/out/<slug:name>.xlsx", import_pages.register_out, name="register_out"),
    path("registry/import/pieces/<uuid:uid>/", import_pages.piece, name="import_piece"),
    path("registry/import/<uuid:uid>/", import_pages.one, name="import"),
    path("registry/import/<uuid:uid>/rejected/", import_pages.rejected, name="import_rejected"),
    path("registry/import/<uuid:uid>/again/", import_pages.again, name="import_again"),
    path("registry/import/<uuid:uid>/now/", import_pages.now, name="import_now"),
    path("registry/import/<uuid:uid>/stop/", import_pages.stop, name="import_stop"),
]
