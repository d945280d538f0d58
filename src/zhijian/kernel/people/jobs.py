"""What runs by the clock: certificates that end soon."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from zhijian.kernel.jobs import every, job


@every("20 6 * * *")
@job("people.certificates", title=gettext_lazy("Warn of certificates that end soon"), tries=3)
def certificates() -> int:
    """Warn of certificates that end soon, each once."""
    from zhijian.kernel.people.certificates import warn

    return warn()
