from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.notices"
    label = "notices"

    def ready(self) -> None:
        """A step's `tells=` arrives here."""
        from zhijian.kernel.matters.perform import on_tell
        from zhijian.kernel.notices.telling import tell_step

        on_tell(tell_step)
