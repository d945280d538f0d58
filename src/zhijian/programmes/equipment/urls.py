"""Addresses of special equipment. What stands on lifts never changes."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.equipment import firm, firms, public

urlpatterns = [
    path("t/<str:code>/", public.piece, name="equipment_public"),
    path("t/<str:code>/call/", public.call, name="equipment_call"),
    path("t/<str:code>/call/<uuid:uid>/", public.call_page, name="equipment_call_public"),
    path("t/<str:code>/maintenance/", firm.maintain, name="equipment_maintain"),
    path("equipment/firms/", firms.firms_page, name="equipment_firms"),
]
