from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.inspection"
    label = "inspection"

    def ready(self) -> None:
        """Register who takes visits out of an imported file, and how the ledger's entries about them read."""
        from zhijian.programmes.inspection import filmed, importing  # noqa: F401
