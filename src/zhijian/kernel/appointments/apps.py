from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.appointments"
    label = "appointments"

    def ready(self) -> None:
        """The rooms of calendar and slots, the part of the enterprise's page, and what goes to a successor."""
        from django.utils.translation import gettext_lazy as _

        from zhijian.kernel.accounts.roles import READING_ROLES
        from zhijian.kernel.appointments import acts, handing, shown, telling  # noqa: F401 -- they declare their words
        from zhijian.kernel.desk import menu, panels
        from zhijian.kernel.party.pages import family_panel
        from zhijian.kernel.people.keeping import keeps

        family_panel("appointments/party/panel.html", shown.offered_to)
        panels.entity_act("entity_times", _("Book a time for it"), acts.may_book)
        menu.item("calendar", _("Calendar"), "calendar", READING_ROLES, order=20)
        menu.item("slots", _("Appointments"), "slots", acts.READERS, order=21, under="office")
        keeps(
            "slots", _("Slots that he offers"), handing.count, handing.rows, handing.give,
            _("They go over with their bookings, where the successor works in the same office."), 30,
        )  # fmt: skip
