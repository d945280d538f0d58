from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.spot_penalty"
    label = "spot_penalty"

    def ready(self) -> None:
        """Hear of visits whose record decides a penalty, and of the day on which the decision counts as served."""
        from zhijian.programmes.inspection.actions import on_recorded
        from zhijian.programmes.spot_penalty import papers, serving, waiting  # noqa: F401 -- registers
        from zhijian.programmes.spot_penalty.actions import decide_at_visit
        from zhijian.programmes.spot_penalty.papers import DECISION

        on_recorded(decide_at_visit, DECISION)
