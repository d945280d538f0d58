from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.gateways.openrosa"
    label = "openrosa"

    def ready(self) -> None:
        """Another app on the officer's phone is one of the ways that his account's page offers."""
        from django.utils.translation import gettext_lazy as _

        from zhijian.kernel.accounts.roles import Role
        from zhijian.kernel.desk import phones

        words = _("For those who work with ODK Collect already: the same tasks, the same records.")
        phones.another("collect", _("ODK Collect"), words, "collect", (Role.INSPECTOR,))
