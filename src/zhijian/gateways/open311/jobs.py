"""What runs later: taking what came, fetching pictures, asking the endpoints of other platforms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from zhijian.kernel.jobs import every, job


@every("* * * * *")
@job("open311.take", title=gettext_lazy("Take orders that came by Open311"), tries=3, transaction=False)
def take() -> int:
    """Take what came and waits, and make known what was said since. Returns how many."""
    from zhijian.gateways.open311 import inbox, updates

    return inbox.take_waiting() + updates.hear_waiting()


@job("open311.media", title=gettext_lazy("Fetch a picture of an order"), tries=4, transaction=False)
def fetch(media: int) -> None:
    """Fetch a picture from the address that was told."""
    from zhijian.gateways.open311 import media as pictures

    pictures.fetch(media)


@every("* * * * *")
@job("open311.peers", title=gettext_lazy("Exchange with Open311 endpoints of other platforms"), tries=1,
     lock="open311.peers", transaction=False)  # fmt: skip
def peers() -> int:
    """Pull from and post to every endpoint that is on. Returns how many failed."""
    from zhijian.gateways.open311 import client

    return client.all_peers()
