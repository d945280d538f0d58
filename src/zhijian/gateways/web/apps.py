from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.gateways.web"
    label = "web"
