"""The enterprise chooses when its answer is looked at on the spot."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.appointments.declared import Bookable
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection.flow import INSPECTION


def something_to_look_at(matter: Matter) -> Guard:
    """A re-check is for findings that are still to be put right or looked at."""
    return ok() if matter.state == "rectifying" else no(_("Nothing is left to be looked at on the spot."))


RECHECK = Bookable(
    "inspection.recheck", _("Re-check on the spot"), flow=INSPECTION, when=something_to_look_at, visits=True
)
