from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.notices"
    label = "notices"

    def ready(self) -> None:
        """A step's `tells=` arrives here; the inbox and what failed are rooms of the desk."""
        from django.conf import settings
        from django.utils.translation import gettext_lazy as _

        from zhijian.kernel.accounts.roles import Role
        from zhijian.kernel.desk import menu
        from zhijian.kernel.matters.perform import on_tell
        from zhijian.kernel.notices import inbox, panel  # noqa: F401 -- the panel declares its entry of the ledger
        from zhijian.kernel.notices.telling import tell_step

        on_tell(tell_step)
        if settings.DEMO or settings.TRAINING:
            menu.item("notices_simulator", _("Simulated text messages"), "notices_simulator", order=92)
        admin = [Role.ADMIN, Role.AUDITOR]
        menu.item("inbox", _("Inbox"), "inbox", count=inbox.unread_count, order=10)
        menu.item("notices_failed", _("Not sent"), "notices_failed", admin, count=inbox.failed_count, order=90)
        menu.item("jobs", _("Jobs"), "jobs", admin, count=inbox.failing_jobs, order=91)
