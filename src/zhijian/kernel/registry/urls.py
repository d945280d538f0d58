"""Addresses of the registry."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [path("api/registry/search", views.search_api, name="registry-search")]
