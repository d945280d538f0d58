"""What runs later or by the clock: the grade of one place after its visit, all of them each night."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@job("grading.grade", title=_("Count the risk grade of a place anew"), tries=3, lock="grading")
def grade(premises: int) -> int:
    """After a visit, or when staff entered something."""
    from zhijian.programmes.grading.computing import settle

    return settle([premises]).stepped


@every("50 3 * * *")
@job("grading.grades", title=_("Count all risk grades anew"), tries=3, lock="grading", transaction=False)
def grades() -> int:
    """Failures age, years go by, tables and places change: what follows from it is counted anew."""
    from zhijian.programmes.grading.computing import settle_all

    done = settle_all()
    return done.opened + done.stepped + done.written + done.ended
