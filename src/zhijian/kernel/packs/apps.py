from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.packs"
    label = "packs"

    def ready(self) -> None:
        from zhijian.kernel.packs import current, entries  # noqa: F401  entries: declares the ledger's kinds

        current.watch()
