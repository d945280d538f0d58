"""The registry as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Entities, premises, licences: whom the bureau supervises."""

    name = "zhijian.kernel.registry"
    label = "registry"
    verbose_name = _("Registry")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the kinds of ledger entries, and put the import on the menu of those who may send or read."""
        from zhijian.kernel.desk import menu

        from . import entries  # noqa: F401
        from .import_pages import READERS

        menu.item("imports", _("Import"), "imports", READERS, order=80)
