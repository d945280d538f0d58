from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.gateways.open311"
    label = "open311"

    def ready(self) -> None:
        """Whoever gave an order hears of its answer; the pages stand beside those of the exchange."""
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import ngettext

        from zhijian.gateways.open311 import pages, updates
        from zhijian.kernel.accounts.middleware import scopes_itself
        from zhijian.kernel.accounts.roles import Role
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.exchange import interface_pages
        from zhijian.kernel.exchange.tables import platforms
        from zhijian.kernel.matters.followers import on_step

        scopes_itself("/open311/")
        on_step(updates.heard)
        if not platforms():
            return
        words = _("Keys for platforms that give us orders, and the endpoints of those that we ask ourselves.")
        interface_pages.another("open311", _("Open311"), words, "open311_interfaces")

        def unfit(n: int) -> str:
            return ngettext(
                "%(n)s order that came by Open311 could not be taken",
                "%(n)s orders that came by Open311 could not be taken",
                n,
            ) % {"n": n}

        def failing(n: int) -> str:
            return ngettext(
                "%(n)s Open311 endpoint cannot be reached", "%(n)s Open311 endpoints cannot be reached", n
            ) % {"n": n}  # fmt: skip

        waits("open311_unfit", pages.MENDERS, pages.unfit_count, unfit, "open311_unfit")
        waits("open311_failing", [Role.ADMIN], pages.failing_count, failing, "open311_interfaces")
