"""Addresses of complaints, reports and enquiries beside those that every matter has."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.complaints import (
    agent,
    alert_pages,
    calling,
    card_pages,
    category_pages,
    meant,
    public,
    sheets,
    together_pages,
)
from zhijian.programmes.complaints.handling import pages
from zhijian.programmes.complaints.publication import public as published
from zhijian.programmes.complaints.routing import pages as routing_pages

urlpatterns = [
    path("c/", public.start, name="tell_start"),
    path("c/new/<str:sort>/", public.tell_page, name="tell"),
    path("c/shops/", published.shops, name="complaint_shops"),
    path("c/kinds/", published.kinds, name="complaint_kinds"),
    path("c/<str:code>/", public.follow, name="follow"),
    path("c/<str:code>/more/", public.more, name="follow_more"),
    path("c/<str:code>/end/", public.end, name="follow_end"),
    path("c/<str:code>/station/", public.station_said, name="follow_station"),
    path("complaints/new/", agent.new_page, name="item_new"),
    path("complaints/new/shops/", agent.shops, name="item_new_shops"),
    path("complaints/<uuid:uid>/enterprise/", meant.meant_page, name="item_meant"),
    path("complaints/<uuid:uid>/call/<str:whom>/", calling.call, name="item_call"),
    path("complaints/<uuid:uid>/calls/<uuid:call>/", calling.called, name="item_called"),
    path("complaints/<uuid:uid>/category/", category_pages.category_page, name="item_category"),
    path("complaints/labels/", category_pages.labels_page, name="item_labels"),
    path("complaints/models/", card_pages.models_page, name="item_models"),
    path("complaints/<uuid:uid>/join/", together_pages.join_page, name="item_join"),
    path("complaints/<uuid:uid>/part/", together_pages.part_page, name="item_part"),
    path("complaints/<uuid:uid>/together/<str:verb>/", together_pages.act_page, name="item_together"),
    path("complaints/lists/<str:name>/together/", together_pages.many_page, name="items_together"),
    path("complaints/hotspots/", alert_pages.spots_page, name="hot_spots"),
    path("complaints/hotspots/<uuid:uid>/", alert_pages.spot_page, name="hot_spot"),
    path("complaints/routes/", routing_pages.routes_page, name="item_routes"),
    path("complaints/routes/trial/", routing_pages.trial_page, name="item_routes_trial"),
    path("complaints/papers/<uuid:uid>/", sheets.item_paper, name="item_paper"),
    path("complaints/rewards/pay/", pages.reward_counter, name="reward_counter"),
    path("complaints/rewards/<uuid:uid>/code/", pages.reward_code, name="reward_code"),
]
