from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.recordings"
    label = "recordings"

    def ready(self) -> None:
        """The room of the desk, and what waits there for the head."""
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import ngettext

        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.recordings import acts

        def said(n: int) -> str:
            words = ngettext("%(n)s body-camera film waits to be filed", "%(n)s body-camera films wait to be filed", n)
            return words % {"n": n}

        menu.item("recordings", _("Body-camera films"), "recordings", acts.READERS, order=82, under="inspection")
        waits("recordings", acts.FILERS, acts.count, said, "recordings")
