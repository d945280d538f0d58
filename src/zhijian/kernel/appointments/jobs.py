"""Reminders go out each morning."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@every("5 8 * * *")
@job("appointments.remind", title=_("Remind of appointments"), tries=3)
def remind() -> int:
    """Remind of what is booked for the next working day. Returns how many."""
    from zhijian.kernel.appointments import telling

    return telling.remind()
