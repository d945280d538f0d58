"""Sending what waits, and seeing to what was left behind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@job("notices.send", title=_("Send a message"), tries=3, transaction=False)
def send(notice: int) -> bool:
    """Send one notice; False when somebody else has it, or there is nothing to send."""
    from zhijian.kernel.notices.sending import send_one

    return send_one(notice)


@job("notices.deliver", title=_("Deliver a message to another system"), tries=3, transaction=False)
def deliver(delivery: int) -> bool:
    """Send one webhook; False when somebody else has it, or it could not be delivered now."""
    from zhijian.kernel.notices.webhooks.sending import send_one

    return send_one(delivery)


@every("* * * * *")
@job("notices.sweep", title=_("Queue messages that were left behind"), tries=1)
def sweep() -> int:
    """Queue what is due and has no job any more; see to what was interrupted while it was being sent."""
    from zhijian.kernel.notices.sending import overdue, see_to_interrupted
    from zhijian.kernel.notices.webhooks.sending import overdue as undelivered

    for pk in undelivered():
        deliver.later(job_once=f"webhook:{pk}", delivery=pk)

    see_to_interrupted()
    waiting = overdue()
    for pk in waiting:
        send.later(job_once=f"notice:{pk}", notice=pk)
    return len(waiting)


@every("* * * * *")
@job("notices.receipts", title=_("Fetch the receipts of text messages"), tries=1, transaction=False)
def receipts() -> int:
    """Write down what the provider reports; whatever it never reported on is unknown after a time."""
    from zhijian.kernel.notices.receipts import collect, forget

    return collect() + forget()


@every("*/10 * * * *")
@job("notices.limits", title=_("Tell of time limits that come near or ran out"), tries=3, transaction=False)
def limits() -> int:
    """Whoever keeps one before its end, and who is above him after it."""
    from zhijian.kernel.notices.limits import climb

    return climb()


@every("*/5 7-11 * * *")
@job("notices.digest", title=_("Tell the offices' groups what the day brings"), tries=2)
def digest() -> int:
    """The morning's digest of each office, once a working day at its own time."""
    from zhijian.kernel.notices.groups import digests

    return digests()
