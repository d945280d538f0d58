"""The papers of complaints and reports: the ten forms of 2026, or the twelve of 2019, as the law of the item has it.

Their data hold names, numbers and words of people covered; what stands on the sheet lies sealed beside them (`Sheet`).
A paper about an item is for who came: it stands in no enterprise's file. What the enterprise is given is made about the
mediation, and names who complains only where they were told so before.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.clock.declared import Rule
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import in_its_language, stack
from zhijian.kernel.papers import making, whole
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving.receipt import addressee_of
from zhijian.kernel.words import listed
from zhijian.programmes.complaints import rules
from zhijian.programmes.complaints.models import Claim, Item, Mediation, Sheet

PAGE = "item_paper"
Data = dict[str, Any]


def kind_of(name: str, matter: Matter, at: dt.datetime) -> str:
    """Which form says this under the law of the item; empty where the place or that law knows none."""
    return str(dict(rules.FORMS.value(rules.law_day(matter, at), {})).get(name, ""))


def made(
    name: str,
    item: Item,
    at: dt.datetime,
    actor: Actor,
    /,  # the facts of a paper may have these names as well
    *,
    on: Matter | None = None,
    organ: str = "",
    **more: Any,
) -> Paper | None:
    """Make the paper that says `name` about an item, where its law knows one. `on`: the mediation it is made about."""
    kind = kind_of(name, item.matter, at)
    if not kind:
        return None
    with in_its_language():
        told = {**known(item, actor), **more}
    one, matter = form(kind), on or item.matter
    said = {key: told.get(key) or "" for key in one.keys}
    hidden = {key: str(said[key]) for key in one.personal}
    data = {**said, **{key: whole.cover(value) for key, value in hidden.items()}}
    paper = making.make(kind, matter, data, at=at, actor=actor, organ=organ)
    with scoped(SYSTEM):
        Sheet.objects.create(paper=paper, area=matter.area, whole=json.dumps(hidden, ensure_ascii=False))
    return paper


def known(item: Item, actor: Actor) -> Data:
    """What is known of an item, by the names of the forms' facts; days as ISO, everything else in words."""
    matter, organ = item.matter, stack().organ(item.matter.area)
    place = matter.premises
    name = _entity(item)
    return {
        "organ": organ.name,
        "person": str(item.person or "") or _("anonymous"),
        "phone": str(item.phone or ""),
        "id_type": _("identity card") if item.id_number else "",
        "id_number": str(item.id_number or ""),
        "home": str(item.address or ""),
        "publish": _("yes") if item.consent_publish else _("no"),
        "delegate": _("yes") if item.consent_delegate else _("no"),
        "entity": name,
        "entity_person": matter.entity.representative if matter.entity is not None else "",
        "entity_address": place.address if place is not None else item.said_address,
        "entity_phone": (place.phone if place is not None else "") or item.said_phone,
        "told": str(item.text),
        "claim": listed(str(Claim(one).label) for one in item.claim if one in Claim.values),
        "amount": str(item.amount) if item.amount is not None else "",
        "happened": item.happened_on.isoformat() if item.happened_on else "",
        "received": calendar.legal_day(matter.opened).isoformat(),
        "about": name,
        "handler": actor.name if actor.kind == "staff" else "",
        "contact": matter.assignee.name if matter.assignee is not None else "",
        "contact_phone": organ.phone,
    }


def _entity(item: Item) -> str:
    matter = item.matter
    return matter.entity.name if matter.entity is not None else item.said_name or _("the enterprise that was named")


def dispute(mediation: Mediation, item: Item) -> str:
    """What a mediation is about, as its papers say it; with the name only where who complains knows that it is told."""
    who = str(item.person or "") if mediation.named else _("a consumer")
    return _("the dispute of %(who)s with %(entity)s: %(subject)s") % {
        "who": who, "entity": _entity(item), "subject": mediation.subject,
    }  # fmt: skip


def grounds(of: Rule, matter: Matter, chosen: str, at: dt.datetime) -> list[Data]:
    """The printed grounds, the chosen one ticked."""
    found = rules.grounds(of, matter, at).items()
    return [{"n": number, "words": words, "on": number == chosen} for number, words in found]


def excluded(matter: Matter) -> list[dict[str, str]]:
    """The stretches that the time of mediation does not count: from when to when, and why."""
    clock = Clock.objects.filter(matter=matter, rule=rules.MEDIATE_WITHIN.name).order_by("-pk").first()
    if clock is None:
        return []
    return [
        {
            "since": calendar.legal_day(one.since).isoformat(),
            "until": calendar.legal_day(one.until).isoformat() if one.until else "",
            "why": one.reason,
        }
        for one in clocks.suspensions_of(clock)
    ]


def excluded_words(matter: Matter) -> str:
    """The same in a line, as the papers have it."""
    with in_its_language():
        told = [{**one, "until": one["until"] or _("still running")} for one in excluded(matter)]
        return listed(_("%(since)s to %(until)s: %(why)s") % one for one in told)


def _on_the_sheet(paper: Paper) -> Data:
    """The data with the whole values, where they are the ones that the digests are of."""
    with scoped(SYSTEM):  # whoever may have the paper may read it
        kept = Sheet.objects.filter(paper=paper.pk).first() if paper.pk else None
    values = json.loads(str(kept.whole)) if kept is not None else {}
    data = dict(paper.data)
    for key, held in paper.data.items():
        if isinstance(held, dict) and "digest" in held:
            value = values.get(key, "")
            data[key] = value if whole.is_of(held, value) else held["shown"]
    return data


KINDS = (
    "complaint_register", "report_register", "complaint_passing", "identity_request", "complaint_acceptance",
    "complaint_refusal", "mediation_notice", "mediation_end", "mediation_agreement", "report_result",
    "complaint_register_2019", "report_register_2019", "complaint_passing_2019", "complaint_acceptance_2019",
    "complaint_refusal_2019", "mediation_notice_2019", "mediation_end_2019", "mediation_agreement_2019",
    "report_filed_2019", "report_not_filed_2019", "report_result_2019", "result_report_2019",
)  # fmt: skip
TO_ENTERPRISE = (
    "mediation_notice", "mediation_end", "mediation_agreement", "mediation_notice_2019", "mediation_end_2019",
    "mediation_agreement_2019",
)  # fmt: skip
for _kind in KINDS:
    whole.filled_by(_kind, PAGE)(_on_the_sheet)


def _who_came(paper: Paper) -> str:
    """A paper about an item goes to who came, whose name the proof of service bears covered."""
    item = Item.objects.filter(pk=paper.matter_id).only("person").first()
    return _("who came: %(name)s") % {"name": mask(str(item.person))} if item is not None and item.person else ""


for _about in ("complaint", "report", "enquiry"):
    addressee_of(_about)(_who_came)
