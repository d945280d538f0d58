from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.evidence"
    label = "evidence"

    def ready(self) -> None:
        """Declare the kinds of ledger entries."""
        from zhijian.kernel.evidence import entries  # noqa: F401
