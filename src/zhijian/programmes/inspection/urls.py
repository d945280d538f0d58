"""Addresses of inspections."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.inspection import list_pages

urlpatterns = [
    path("checklists/", list_pages.lists_page, name="checklists"),
    path("checklists/<str:code>/", list_pages.list_page, name="checklist"),
]
