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
        """Declare the kinds of ledger entries, and put import and corrections on the menu of those concerned."""
        from django.utils.translation import ngettext

        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.private import private
        from zhijian.kernel.desk.waiting import waits

        from . import contacts, entries, numbers  # noqa: F401
        from .cards.choosing import READERS as DOOR_READERS
        from .import_pages import READERS
        from .joining import READERS as TWIN_READERS
        from .proposals import DECIDERS, count
        from .proposals import READERS as CORRECTION_READERS

        def said(n: int) -> str:
            words = ngettext("%(n)s correction from the field waits", "%(n)s corrections from the field wait", n)
            return words % {"n": n}

        private("contact", _("contact's own number"), contacts.find, phone=True)
        private("registered", _("registered number"), numbers.find_registered, phone=True)
        private("shop", _("number of the shop"), numbers.find_shop, phone=True)
        waits("registry.corrections", DECIDERS, count, said, "corrections")
        menu.item(
            "corrections", _("Corrections from the field"), "corrections", CORRECTION_READERS, order=79,
            under="registry",
        )  # fmt: skip

        menu.item("cards", _("Cards for doors"), "cards", DOOR_READERS, order=78, under="registry")
        menu.item("twins", _("Possible duplicates"), "twins", TWIN_READERS, order=79, under="registry")
        menu.item("imports", _("Import"), "imports", READERS, order=80, under="registry")
