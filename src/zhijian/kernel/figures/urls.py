"""Addresses of the figures."""

from __future__ import annotations

from django.urls import path

from zhijian.kernel.figures import views

urlpatterns = [
    path("figures/", views.catalogue, name="figures"),
    path("figures/<str:code>/", views.figure_page, name="figure"),
    path("figures/<str:code>/records.<str:kind>", views.export_file, name="figure_export"),
]
