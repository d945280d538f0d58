from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Steps make records owed; where the place has other platforms, there is a room and a line of the to-do."""
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import ngettext

        from zhijian.kernel.accounts.roles import Role
        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.exchange import acts, interface_pages, owing
        from zhijian.kernel.exchange.tables import platforms
        from zhijian.kernel.matters.followers import on_step
        from zhijian.kernel.matters.handing import on_handed

        on_step(owing.heard, owing.heard_opened)
        on_handed(owing.handed)
        if not platforms():
            return
        menu.item("exchange", _("Other platforms"), "exchange", acts.READERS, order=60, under="papers")

        menu.item("interfaces", _("Interfaces"), "exchange_interfaces", [Role.ADMIN], order=93, under="system")

        def off(n: int) -> str:
            return ngettext(
                "%(n)s interface switched itself off", "%(n)s interfaces switched themselves off", n
            ) % {"n": n}  # fmt: skip

        waits("exchange_off", [Role.ADMIN], interface_pages.off_count, off, "exchange_interfaces")

        def failing(n: int) -> str:
            return ngettext("%(n)s interface cannot be reached", "%(n)s interfaces cannot be reached", n) % {"n": n}

        def unusable(n: int) -> str:
            return ngettext(
                "%(n)s message of another platform could not be used",
                "%(n)s messages of other platforms could not be used",
                n,
            ) % {"n": n}

        waits("exchange_failing", [Role.ADMIN], interface_pages.failing_count, failing, "exchange_interfaces")
        waits("exchange_unusable", [Role.ADMIN], interface_pages.unusable_count, unusable, "exchange_interfaces")

        def back(n: int) -> str:
            return ngettext("%(n)s record was sent back", "%(n)s records were sent back", n) % {"n": n}

        def late(n: int) -> str:
            return ngettext("%(n)s record is reported late", "%(n)s records are reported late", n) % {"n": n}

        waits("exchange_back", acts.WORKERS, acts.sent_back_count, back, "exchange_back")
        waits("exchange_late", acts.WORKERS, acts.late_count, late, "exchange_late")
