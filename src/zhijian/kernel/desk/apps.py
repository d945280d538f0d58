from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.desk"
    label = "desk"

    def ready(self) -> None:
        """Jobs that were given up are a line of the administrator's to-do page: somebody must see them."""
        from django.utils.translation import ngettext

        from zhijian.kernel.accounts.roles import Role
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.notices.inbox import failing_jobs

        def said(n: int) -> str:
            return ngettext("%(n)s job was given up", "%(n)s jobs were given up", n) % {"n": n}

        waits("jobs", [Role.ADMIN], failing_jobs, said, "jobs")
