from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.stations"
    label = "stations"

    def ready(self) -> None:
        """Register that what lies with a station hears of its complaint's steps, what waits, and where codes lead."""
        from zhijian.kernel.matters.followers import on_step
        from zhijian.programmes.stations import following, public, waiting  # noqa: F401

        on_step(following.hear)
