from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.routing"
    label = "routing"
