from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.notices"
    label = "notices"

    def ready(self) -> None:
        """A step's `tells=` arrives here; the inbox and what failed are rooms of the desk."""
        from django.conf import settings
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import ngettext

        from zhijian.kernel.accounts.roles import Role
        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.matters.followers import on_step, on_tell
        from zhijian.kernel.notices import (  # noqa: F401 -- some declare entries, rules and texts
            bill,
            cost_pages,
            failing,
            groups,
            inbox,
            limits,
            panel,
            preference_pages,
            robot_acts,
        )
        from zhijian.kernel.notices.telling import tell_opened, tell_step

        def said(n: int) -> str:
            return ngettext("%(n)s text message did not get through", "%(n)s text messages did not get through", n) % {
                "n": n
            }

        def silent(n: int) -> str:
            return ngettext(
                "%(n)s text message of which nobody reported that it arrived",
                "%(n)s text messages of which nobody reported that they arrived",
                n,
            ) % {"n": n}

        def unsent(n: int) -> str:
            return ngettext(
                "%(n)s e-mail or group message did not go out", "%(n)s e-mails or group messages did not go out", n
            ) % {"n": n}

        on_tell(tell_step, tell_opened)
        on_step(groups.heard)
        seers = [Role.INSPECTOR, *inbox.KEEPERS]
        waits("notices_failed", seers, inbox.undelivered_count, said, "notices_failed")
        waits("notices_unreported", seers, inbox.unreported_count, silent, "notices_failed")
        waits("notices_unsent", [Role.ADMIN], inbox.unsent_count, unsent, "notices_failed")
        if settings.DEMO or settings.TRAINING:
            menu.item("notices_simulator", _("Simulated messages"), "notices_simulator", order=92, under="system")
        admin = [Role.ADMIN, Role.AUDITOR]
        menu.item("inbox", _("Inbox"), "inbox", count=inbox.unread_count, order=10)
        menu.item(
            "notices_failed", _("Not sent"), "notices_failed", admin, inbox.failed_count, order=90, under="system"
        )
        menu.item("notices_cost", _("Cost of text messages"), "notices_cost", admin, order=94, under="system")
        menu.item("robots", _("The office's group"), "notices_robots", robot_acts.READERS, order=75, under="office")
        menu.item("jobs", _("Jobs"), "jobs", admin, count=inbox.failing_jobs, order=91, under="system")
