"""Addresses of inspections. The code's is in capitals: a QR code holds these in less room."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.inspection import codepages, list_pages
from zhijian.programmes.inspection.fair import pages

urlpatterns = [
    path("checklists/", list_pages.lists_page, name="checklists"),
    path("checklists/<str:code>/", list_pages.list_page, name="checklist"),
    path("visits/cap/", pages.cap_page, name="visit_cap"),
    path("I/<str:code>", codepages.code_page, name="inspection_code"),
    path(".well-known/zhijian-visit-code", codepages.key_page, name="inspection_code_key"),
]
