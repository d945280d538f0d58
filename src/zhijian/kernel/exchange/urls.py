"""Addresses of the exchange with other platforms."""

from __future__ import annotations

from django.urls import path

from zhijian.kernel.exchange import interface_pages, views
from zhijian.kernel.exchange.models import State

urlpatterns = [
    path("exchange/", views.overview, name="exchange"),
    path("exchange/back/", views.everywhere, {"state": State.SENT_BACK}, name="exchange_back"),
    path("exchange/late/", views.everywhere, {"state": "late"}, name="exchange_late"),
    path("exchange/interfaces/", interface_pages.interfaces, name="exchange_interfaces"),
    path("exchange/interfaces/<uuid:uid>/again/", interface_pages.again, name="exchange_again"),
    path("exchange/interfaces/messages/<int:pk>/seen/", interface_pages.seen, name="exchange_seen"),
    path("exchange/in/<slug:platform>/", interface_pages.knock, name="exchange_in"),
    path("exchange/batches/<uuid:uid>/", views.batch_page, name="exchange_batch"),
    path("exchange/batches/<uuid:uid>/<slug:part>/", views.batch_file, name="exchange_batch_file"),
    path("exchange/arrivals/<uuid:uid>/", views.arrival_page, name="exchange_arrival"),
    path("exchange/arrivals/<uuid:uid>/report/", views.arrival_report, name="exchange_report"),
    path("exchange/arrivals/<uuid:uid>/again/", views.once_more, name="exchange_once_more"),
    path("exchange/arrivals/<uuid:uid>/settle/", views.settle, name="exchange_settle"),
    path("exchange/hand/<uuid:uid>/", views.by_hand, name="exchange_hand"),
    path("exchange/t/<slug:platform>/<slug:code>/", views.table_page, name="exchange_table"),
    path("exchange/t/<slug:platform>/<slug:code>/export/", views.export_rows, name="exchange_export"),
    path("exchange/t/<slug:platform>/<slug:code>/in/", views.arrive, name="exchange_arrive"),
]
