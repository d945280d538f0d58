"""Addresses of complaints, reports and enquiries beside those that every matter has."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.complaints import calling, meant

urlpatterns = [
    path("complaints/<uuid:uid>/enterprise/", meant.meant_page, name="item_meant"),
    path("complaints/<uuid:uid>/call/<str:whom>/", calling.call, name="item_call"),
    path("complaints/<uuid:uid>/calls/<uuid:call>/", calling.called, name="item_called"),
]
