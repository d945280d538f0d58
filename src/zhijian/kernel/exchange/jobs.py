"""What runs on a schedule: a daily reconciliation that nobody made yet is asked for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from zhijian.kernel.jobs import every, job


@every("0 16 * * *")
@job("exchange.remind", title=gettext_lazy("Ask for the day's reconciliation"), tries=2)
def remind() -> int:
    """Tell the clerks and sections of the offices that reconcile; nobody on a day off. Returns how many were told."""
    from zhijian.kernel.exchange.reminding import remind_today

    return remind_today()


@job("exchange.message", title=gettext_lazy("Read a message of another platform"), tries=3)
def read_message(message: int) -> None:
    """Do what a message of another platform's software says."""
    from zhijian.kernel.exchange.interface import read_message as read

    read(message)
