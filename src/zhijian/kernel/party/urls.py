"""The doors of enterprises and of the public, and the counter. What stands in messages that were sent never changes."""

from __future__ import annotations

from django.urls import path

from zhijian.kernel.party.views import access, account, address, matter, number, place

urlpatterns = [
    path("d/", place.typed, name="shop_typed"),
    path("d/<str:code>/", place.place, name="shop"),
    path("p/<str:token>/", matter.page, name="party_page"),
    path("p/<str:token>/new/", account.new_link, name="party_new_link"),
    path("p/<str:token>/<uuid:uid>/<str:verb>/", matter.act, name="party_act"),
    path("p/<str:token>/address/", address.address, name="party_address"),
    path("p/<str:token>/paper/<uuid:uid>.pdf", matter.paper, name="party_paper"),
    path("p/<str:token>/photo/<uuid:uid>.jpg", matter.photo, name="party_photo"),
    path("my/", account.account, name="party_account"),
    path("my/sign-in/", account.sign_in, name="party_sign_in"),
    path("my/sign-out/", account.sign_out, name="party_sign_out"),
    path("my/access/", access.people, name="party_access"),
    path("my/access/<uuid:uid>/told/", access.told, name="party_access_told"),
    path("my/access/<uuid:uid>/end/", access.end, name="party_access_end"),
    path("my/<uuid:matter>/", matter.page, name="party_my_page"),
    path("my/<uuid:matter>/<uuid:uid>/<str:verb>/", matter.act, name="party_my_act"),
    path("my/<uuid:matter>/address/", address.address, name="party_my_address"),
    path("my/<uuid:matter>/paper/<uuid:uid>.pdf", matter.paper, name="party_my_paper"),
    path("my/<uuid:matter>/photo/<uuid:uid>.jpg", matter.photo, name="party_my_photo"),
    path("e/<uuid:uid>/number/", number.number_page, name="entity_number"),
    path("e/<uuid:uid>/access/<uuid:access_uid>/end/", number.end_access, name="entity_access_end"),
]
