"""Addresses of return pledges. What stands on signs never changes."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.returns import mine, pages, public

urlpatterns = [
    path("r/", public.listed, name="returns_list"),
    path("r/map/", public.map_page, name="returns_map"),
    path("r/map/data/", public.map_data, name="returns_map_data"),
    path("r/<str:code>/", public.pledge, name="returns_public"),
    path("r/<str:code>/sign.pdf", public.sign_pdf, name="returns_sign"),
    path("my/returns/", mine.shops, name="returns_mine"),
    path("my/returns/<uuid:place>/", mine.pledge_page, name="returns_pledge"),
    path("returns/<uuid:uid>/broken/", pages.broken_page, name="return_broken"),
    path("returns/broken/<uuid:uid>/strike/", pages.strike_page, name="return_strike"),
]
