from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.clock"
    label = "clock"

    def ready(self) -> None:
        """Declare the reasons for which a time limit is not kept, and how the ledger says one."""
        from zhijian.kernel.clock import breaking  # noqa: F401
