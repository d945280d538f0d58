"""The phones' door (`api.py`), and the desk's pages of records that could not be placed."""

from django.urls import path

from zhijian.gateways.field import pages
from zhijian.gateways.field.api import api

urlpatterns = [
    path("api/field/v1/", api.urls),
    path("held/", pages.held_page, name="held"),
    path("held/<uuid:uid>/", pages.record_page, name="held_record"),
    path("held/<uuid:uid>/raw.json", pages.raw, name="held_raw"),
    path("held/<uuid:uid>/again/", pages.again, name="held_again"),
    path("held/<uuid:uid>/file/", pages.file, name="held_file"),
    path("held/<uuid:uid>/place/", pages.place, name="held_place"),
]
