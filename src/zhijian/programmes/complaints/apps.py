from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.complaints"
    label = "complaints"

    def ready(self) -> None:
        """Register whose numbers stand covered, what waits, and that jobs look at what comes and what goes straight."""
        from zhijian.kernel.matters.followers import on_step
        from zhijian.programmes.complaints import categories, private, stationed, traces, waiting  # noqa: F401
        from zhijian.programmes.complaints.handling import visits
        from zhijian.programmes.complaints.publication import following
        from zhijian.programmes.complaints.publication import waiting as lines_waiting  # noqa: F401
        from zhijian.programmes.complaints.routing import straight

        on_step(traces.hear, traces.hear_opened)
        on_step(straight.hear, straight.hear_opened)
        on_step(visits.hear)
        on_step(following.hear)
