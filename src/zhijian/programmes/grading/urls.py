"""Addresses of grades."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.grading import pages

urlpatterns = [path("grading/<uuid:uid>/facts/", pages.facts_page, name="grading_facts")]
