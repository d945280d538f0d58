"""Addresses of ratings: the enterprise's behind its two doors, and the desk's."""

from __future__ import annotations

from django.urls import path

from zhijian.kernel.ratings import pages

urlpatterns = [
    path("p/<str:token>/rating/", pages.rate, name="party_rating"),
    path("my/<uuid:matter>/rating/", pages.rate, name="party_my_rating"),
    path("ratings/", pages.ratings_page, name="ratings"),
    path("ratings/draws/", pages.draws_page, name="draws"),
    path("ratings/<str:area>/<str:kind>/", pages.words_page, name="ratings_words"),
]
