"""`/api/field/v1/…`, see `api.py`."""

from django.urls import path

from zhijian.gateways.field.api import api

urlpatterns = [path("", api.urls)]
