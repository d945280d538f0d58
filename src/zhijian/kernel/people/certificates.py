"""Law-enforcement certificates: how each stands today, and the warning before one runs out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar, rule
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import LIMITS, notice_template

WARNING = rule("inspection.certificate_warning", gettext_noop("How long before its end a certificate is to be renewed"))
notice_template(
    "certificate.ends",
    title=gettext_lazy("The certificate of {name} ends on {until}"),
    text=gettext_lazy(
        "Renew it before {until}; from the day after, {name} can sign nothing and be planned for no visit."
    ),
    kind=LIMITS,
)


@dataclass(frozen=True)
class Standing:
    """How a certificate stands: its tone and words."""

    tone: str
    words: str


def ahead(day: dt.date) -> int:
    """How many days before its end a certificate is warned of; 0 where no rule says."""
    row = WARNING.maybe(day)
    return row.limit.n if row is not None and row.limit is not None else 0


def standing(person: Person, day: dt.date) -> Standing | None:
    """How his certificate stands on `day`; None for somebody without one."""
    if not person.certificate_no:
        return None
    until = person.certificate_until
    if until is None:
        return Standing("good", _("good, without an end"))
    left = (until - day).days
    if left < 0:
        return Standing("bad", _("expired on %(day)s") % {"day": until.isoformat()})
    if left <= ahead(day):
        return Standing("warn", ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left})
    return Standing("good", _("good until %(day)s") % {"day": until.isoformat()})


def warn(day: dt.date | None = None) -> int:
    """Tell whoever's certificate ends soon, and his head, once for each end. Returns how many people it concerns."""
    day = day or calendar.today()
    soon = Person.objects.filter(
        ~Q(certificate_no=""), is_active=True, certificate_until__gte=day,
        certificate_until__lte=day + dt.timedelta(days=ahead(day)),
    )  # fmt: skip
    concerned = 0
    for person in soon.order_by("pk"):
        until = person.certificate_until.isoformat() if person.certificate_until else ""
        concerned += 1
        heads = holders(Role.HEAD, person.home_id or "")
        for one in {person.pk: person, **{head.pk: head for head in heads}}.values():
            tell(
                one, matter=None, template="certificate.ends", data={"name": person.name, "until": until},
                actor=SYSTEM, dedupe=f"certificate:{person.pk}:{until}",
            )  # fmt: skip
    return concerned
