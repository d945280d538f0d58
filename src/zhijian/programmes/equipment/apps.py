from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.equipment"
    label = "equipment"

    def ready(self) -> None:
        """Register who takes equipment out of an imported file, where its codes lead, and what its notices say."""
        from zhijian.programmes.equipment import importing, public, reminding  # noqa: F401
