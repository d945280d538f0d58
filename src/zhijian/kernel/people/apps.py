from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.people"
    label = "people"

    def ready(self) -> None:
        """What hangs on a person, the menu's line, and what waits for a successor."""
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import ngettext

        from zhijian.kernel.accounts.roles import Role
        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.people import certificates, handover, kept, leave, stranded  # noqa: F401 -- they declare their entries

        def said(n: int) -> str:
            return ngettext("%(n)s handover to confirm", "%(n)s handovers to confirm", n) % {"n": n}

        def left(n: int) -> str:
            return ngettext(
                "%(n)s post is over, or ends soon, with open matters that nobody else holds",
                "%(n)s posts are over, or end soon, with open matters that nobody else holds",
                n,
            ) % {"n": n}

        def uncovered(n: int) -> str:
            return ngettext("%(n)s leave needs another stand-in", "%(n)s leaves need another stand-in", n) % {"n": n}

        kept.register()
        menu.item("people", _("People"), "people", [Role.ADMIN, Role.HEAD, Role.AUDITOR], order=70, under="office")
        waits("handovers", frozenset(Role), handover.waiting_for, said, "handovers")
        waits("no_stand_in", frozenset({Role.HEAD, Role.ADMIN}), leave.count, uncovered, "people")
        waits("stranded", frozenset({Role.HEAD, Role.ADMIN}), stranded.count, left, "people")
