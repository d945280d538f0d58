from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.ratings"
    label = "ratings"

    def ready(self) -> None:
        """The question on the enterprise's page, the room of the desk, and what waits for the clerk."""
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import ngettext

        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.matters.followers import on_step
        from zhijian.kernel.party.pages import family_panel
        from zhijian.kernel.ratings import acts, calling, inviting, pages

        def said(n: int) -> str:
            return ngettext("%(n)s return call to make", "%(n)s return calls to make", n) % {"n": n}

        on_step(inviting.heard)
        family_panel("ratings/party/rate.html", pages.asked_of)
        menu.item("ratings", _("Ratings"), "ratings", acts.READERS | acts.RATED, order=65, under="inspection")
        waits("return_calls", calling.CALLERS, calling.waiting, said, "/l/return_call/?state=open")
