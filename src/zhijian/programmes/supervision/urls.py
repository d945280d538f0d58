"""Addresses of supervision beside those that every matter has."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.supervision import pages

urlpatterns = [
    path("supervision/<uuid:uid>/order/", pages.supervise_page, name="supervise"),
    path("supervision/lists/<str:name>/order/", pages.supervise_many, name="supervise_many"),
]
