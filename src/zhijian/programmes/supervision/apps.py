from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.supervision"
    label = "supervision"

    def ready(self) -> None:
        """Register that what hangs on a matter hears of its steps, and what waits for whom."""
        from zhijian.kernel.matters.followers import on_step
        from zhijian.programmes.supervision import following, waiting  # noqa: F401
        from zhijian.programmes.supervision.joint import private  # noqa: F401

        on_step(following.hear)
