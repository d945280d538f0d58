"""Submissions that Collect never finished: after a day they are told with what has come."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@every("25 * * * *")
@job("openrosa.sweep", title=_("Make records of forms whose files never came"), tries=1)
def sweep() -> int:
    """Hand over what has waited for its files for a day; the doubt is flagged. Returns how many."""
    from zhijian.gateways.field import records
    from zhijian.gateways.field.models import FieldRecord
    from zhijian.gateways.openrosa import taking
    from zhijian.gateways.openrosa.models import Submission

    done = 0
    for uid in taking.overdue():
        records.lock(uid)
        if not FieldRecord.objects.filter(pk=uid).exists():
            taking.hand_over(Submission.objects.select_related("device__person", "blob").get(pk=uid))
            done += 1
    return done
