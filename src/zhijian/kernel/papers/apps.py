from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.papers"
    label = "papers"

    def ready(self) -> None:
        """A step's `paper=` arrives here; each programme's `papers` module says what its papers hold."""
        from zhijian.kernel.matters.catalogue import furniture
        from zhijian.kernel.matters.perform import on_paper
        from zhijian.kernel.papers.making import make_for_step

        on_paper("*", make_for_step)
        furniture("papers")
