from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.inspection"
    label = "inspection"
