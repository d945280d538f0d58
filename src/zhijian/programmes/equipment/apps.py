from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.equipment"
    label = "equipment"

    def ready(self) -> None:
        """Register who takes equipment out of an imported file, and where its codes lead."""
        from zhijian.programmes.equipment import importing, public  # noqa: F401
