from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate


class Config(AppConfig):
    name = "zhijian.kernel.figures"
    label = "figures"

    def ready(self) -> None:
        """The views follow the models at each migration; the catalogue is a room of the desk."""
        from django.utils.translation import gettext_lazy as _

        from zhijian.kernel.accounts.roles import READING_ROLES
        from zhijian.kernel.desk import menu
        from zhijian.kernel.figures.make_views import after_migrate, before_migrate

        # The signal is not sent for an app without models, such as this one; for each it comes after all migrations.
        pre_migrate.connect(before_migrate, sender=apps.get_app_config("matters"), dispatch_uid="figures.no_views")
        post_migrate.connect(after_migrate, sender=apps.get_app_config("matters"), dispatch_uid="figures.views")
        menu.item("figures", _("Figures"), "figures", READING_ROLES, order=70)
