"""Times for a mediation: in person, by telephone or by video, chosen by the enterprise or booked for it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.appointments.declared import Bookable
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints.handling.mediation import MEDIATION


def both_agree(matter: Matter) -> Guard:
    """A time is chosen once both take part, and until they have agreed."""
    return ok() if matter.state == "agreed" else no(_("A time is booked once both agree to mediation."))


IN_PERSON = Bookable("mediation.in_person", _("Mediation in person"), flow=MEDIATION, when=both_agree)
BY_PHONE = Bookable("mediation.phone", _("Mediation by telephone"), flow=MEDIATION, when=both_agree)
BY_VIDEO = Bookable("mediation.video", _("Mediation by video"), flow=MEDIATION, when=both_agree)
