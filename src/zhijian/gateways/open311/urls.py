"""GeoReport's addresses, which end in the form they are asked in; and the desk's pages about them."""

from __future__ import annotations

from django.urls import path, register_converter

from zhijian.gateways.open311 import pages, views


class Form:
    """The ending of an address: the form of its answer."""

    regex = "json|xml"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Form, "georeport")
V2 = "open311/v2"

urlpatterns = [
    path("open311/discovery.<georeport:form>", views.discovery, name="open311_discovery"),
    path(f"{V2}/discovery.<georeport:form>", views.discovery, name="open311_discovery_here"),
    path(f"{V2}/services.<georeport:form>", views.service_list, name="open311_services"),
    path(f"{V2}/services/<str:code>.<georeport:form>", views.service, name="open311_service"),
    path(f"{V2}/requests.<georeport:form>", views.requests, name="open311_requests"),
    path(f"{V2}/requests/<str:number>.<georeport:form>", views.one_request, name="open311_request"),
    path(f"{V2}/tokens/<str:token>.<georeport:form>", views.token, name="open311_token"),
    path(f"{V2}/servicerequestupdates.<georeport:form>", views.request_updates, name="open311_updates"),
    path("exchange/open311/", pages.interfaces, name="open311_interfaces"),
    path("exchange/open311/unfit/", pages.unfit, name="open311_unfit"),
    path("exchange/open311/unfit/<uuid:uid>/", pages.mend, name="open311_mend"),
]
