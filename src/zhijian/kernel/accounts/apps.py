from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Declare what the ledger says about accounts and phones."""
        from zhijian.kernel.accounts import devices, people  # noqa: F401
