from django.apps import AppConfig
from django.db.backends.signals import connection_created


class Config(AppConfig):
    name = "zhijian.kernel.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Declare what the ledger says about accounts and phones, and what a migration may see."""
        from zhijian.kernel.accounts import devices, people  # noqa: F401
        from zhijian.kernel.accounts.policy import owner_sees_all

        connection_created.connect(owner_sees_all, dispatch_uid="accounts.owner_sees_all")
