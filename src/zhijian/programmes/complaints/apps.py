from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.complaints"
    label = "complaints"

    def ready(self) -> None:
        """Register whose numbers stand covered, what waits, and that what comes is looked at by a job."""
        from zhijian.kernel.matters.followers import on_step
        from zhijian.programmes.complaints import categories, private, traces, waiting  # noqa: F401

        on_step(traces.hear, traces.hear_opened)
