"""GeoReport's addresses, which end in the form they are asked in; and the desk's pages about them."""

from __future__ import annotations

from typing import Any

from django.urls import path, re_path

from zhijian.gateways.open311 import pages, views

FORM = r"\.(?P<form>json|xml)$"
ONE = r"(?P<{}>[^/]{{1,100}})"


def _at(where: str, view: Any, name: str, prefix: str = "open311/v2/") -> Any:
    return re_path(rf"^{prefix}{where}{FORM}", view, name=name)


urlpatterns = [
    _at("discovery", views.discovery, "open311_discovery", "open311/"),
    _at("discovery", views.discovery, "open311_discovery_here"),
    _at("services", views.service_list, "open311_services"),
    _at(f"services/{ONE.format('code')}", views.service, "open311_service"),
    _at("requests", views.requests, "open311_requests"),
    _at(f"requests/{ONE.format('number')}", views.one_request, "open311_request"),
    _at(f"tokens/{ONE.format('token')}", views.token, "open311_token"),
    _at("servicerequestupdates", views.request_updates, "open311_updates"),
    path("exchange/open311/", pages.interfaces, name="open311_interfaces"),
    path("exchange/open311/unfit/", pages.unfit, name="open311_unfit"),
    path("exchange/open311/unfit/<uuid:uid>/", pages.mend, name="open311_mend"),
]
