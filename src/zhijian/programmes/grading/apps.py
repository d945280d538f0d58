from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.programmes.grading"
    label = "grading"

    def ready(self) -> None:
        """Hear of every visit that is recorded: its place is graded anew."""
        from zhijian.kernel.matters.followers import on_step
        from zhijian.programmes.grading import hearing

        on_step(hearing.visited)
