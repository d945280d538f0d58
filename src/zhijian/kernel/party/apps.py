from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.party"
    label = "party"

    def ready(self) -> None:
        """Declare what the ledger and the messages say about signing in, new links, access and numbers."""
        from zhijian.kernel.party import access, number, renewing, signing_in  # noqa: F401
