from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.matters"
    label = "matters"

    def ready(self) -> None:
        """Declare every flow's display texts before anybody reads or writes the ledger."""
        from zhijian.kernel.matters.catalogue import flows

        flows()
