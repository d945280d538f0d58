"""Addresses of complaints, reports and enquiries beside those that every matter has."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.complaints import calling, meant, sheets
from zhijian.programmes.complaints.handling import pages

urlpatterns = [
    path("complaints/<uuid:uid>/enterprise/", meant.meant_page, name="item_meant"),
    path("complaints/<uuid:uid>/call/<str:whom>/", calling.call, name="item_call"),
    path("complaints/<uuid:uid>/calls/<uuid:call>/", calling.called, name="item_called"),
    path("complaints/papers/<uuid:uid>/", sheets.item_paper, name="item_paper"),
    path("complaints/rewards/pay/", pages.reward_counter, name="reward_counter"),
    path("complaints/rewards/<uuid:uid>/code/", pages.reward_code, name="reward_code"),
]
