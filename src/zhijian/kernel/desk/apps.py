from typing import Any

from django.apps import AppConfig

from zhijian.kernel.desk import complaints


class Config(AppConfig):
    name = "zhijian.kernel.desk"
    label = "desk"

    def __init__(self, app_name: str, app_module: Any) -> None:
        super().__init__(app_name, app_module)
        complaints.use()  # before any form is made

    def ready(self) -> None:
        """The map is a room; jobs that were given up are a line of the administrator's to-do page."""
        from django.utils.translation import gettext_lazy, ngettext

        from zhijian.kernel.accounts.roles import READING_ROLES, Role
        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.notices.inbox import failing_jobs

        def said(n: int) -> str:
            return ngettext("%(n)s job was given up", "%(n)s jobs were given up", n) % {"n": n}

        menu.item("patch", gettext_lazy("Map"), "patch", READING_ROLES, order=70)
        waits("jobs", [Role.ADMIN], failing_jobs, said, "jobs")
