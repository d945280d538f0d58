"""What a visit can come to: the classes of the result sheet, what is found at a door, and how a draw is published.

A double-random check is published in one of eight classes (State Council document 5 of 2019). Five follow from what is
on record. Three are what the officers judge: whoever publishes chooses them, and says why.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.programmes.inspection import results


class Result(models.TextChoices):
    """Result classes of the result sheet (监督检查结果记录表)."""

    COMPLIANT = "compliant", _("Compliant")
    BASICALLY = "basically_compliant", _("Basically compliant")
    NON_COMPLIANT = "non_compliant", _("Non-compliant")

    @property
    def named(self) -> str:
        """What the place calls it; the platform's own word where the place has none in the reader's language."""
        return results.name(self.value) or str(self.label)


class Hindered(models.TextChoices):
    """Why a visit could not be made: what the officers found at the door."""

    SHUT = "shut", _("Shut today")
    REPAIR = "repair", _("Under repair")
    CLOSED_DOWN = "closed_down", _("Closed down")
    MOVED = "moved", _("Moved")
    NOT_FOUND = "not_found", _("Not to be found at the registered address")
    REFUSED = "refused", _("Refused entry")


class DrawnClass(models.TextChoices):
    CLEAN = "clean", _("No problem found")
    UNPOSTED = "unposted", _("Not made public as prescribed")
    CONCEALED = "concealed", _("Hid the true state or falsified it")
    UNREACHABLE = "unreachable", _("Not to be reached at the registered address")
    ORDERED = "ordered", _("Problems found, ordered to be put right")
    REFUSED = "refused", _("Would not be inspected, grave")
    IDLE = "idle", _("Does not do what was to be checked")
    PENDING = "pending", _("Problems found, to be dealt with further")


# No record tells these: what should have been made public stands elsewhere, and that somebody hid something is a
# judgement on what was seen.
JUDGED = ("unposted", "concealed", "idle")
# With these no smile stands on a door, whatever the lists came to.
GRAVE = ("concealed", "refused")
# What ended at the door. Shut, under repair and moved are no end: the visit is made another day, or elsewhere.
AT_THE_DOOR = {"refused": "refused", "not_found": "unreachable", "closed_down": "idle"}


def name(code: str) -> str:
    """The class in words; empty for what was not drawn."""
    return str(DrawnClass(code).label) if code else ""
