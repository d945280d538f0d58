"""Addresses of complaints, reports and enquiries beside those that every matter has."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.complaints import agent, calling, meant, public

urlpatterns = [
    path("c/", public.start, name="tell_start"),
    path("c/new/<str:sort>/", public.tell_page, name="tell"),
    path("c/<str:code>/", public.follow, name="follow"),
    path("c/<str:code>/more/", public.more, name="follow_more"),
    path("c/<str:code>/end/", public.end, name="follow_end"),
    path("complaints/new/", agent.new_page, name="item_new"),
    path("complaints/new/shops/", agent.shops, name="item_new_shops"),
    path("complaints/<uuid:uid>/enterprise/", meant.meant_page, name="item_meant"),
    path("complaints/<uuid:uid>/call/<str:whom>/", calling.call, name="item_call"),
    path("complaints/<uuid:uid>/calls/<uuid:call>/", calling.called, name="item_called"),
]
