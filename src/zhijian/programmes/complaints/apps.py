from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.complaints"
    label = "complaints"

    def ready(self) -> None:
        """Register whose numbers stand covered, and what waits to be routed and approved."""
        from zhijian.programmes.complaints import private, waiting  # noqa: F401
