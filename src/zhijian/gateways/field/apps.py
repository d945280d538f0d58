from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.gateways.field"
    label = "field"
