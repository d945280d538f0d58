from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.returns"
    label = "returns"

    def ready(self) -> None:
        """Register where the code on a sign leads, what waits for offices, what reminders say; complaints are heard."""
        from zhijian.kernel.matters.followers import on_step
        from zhijian.programmes.returns import breaking, public, reminding, waiting  # noqa: F401

        on_step(breaking.hear)
