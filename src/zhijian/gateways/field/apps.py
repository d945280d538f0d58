from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.gateways.field"
    label = "field"

    def ready(self) -> None:
        """Records that wait for a person are a line of the to-do page and a room of the desk."""
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import ngettext

        from zhijian.gateways.field import held
        from zhijian.gateways.field.held import WATCHERS, count
        from zhijian.kernel.accounts.roles import Role
        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.people.keeping import keeps

        def said(n: int) -> str:
            words = ngettext(
                "%(n)s record from a phone waits to be placed", "%(n)s records from phones wait to be placed", n
            )
            return words % {"n": n}

        waits("field.held", WATCHERS, count, said, "held")
        menu.item("held", _("Records to be placed"), "held", (*WATCHERS, Role.AUDITOR), order=80, under="inspection")
        keeps("field", _("Records to be placed"), held.count_of, held.rows_of, held.stay, held.STAY, 60)
