from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.complaints"
    label = "complaints"

    def ready(self) -> None:
        """Register whose numbers stand covered."""
        from zhijian.programmes.complaints import private  # noqa: F401
