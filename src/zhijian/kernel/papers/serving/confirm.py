"""The address for service that a party confirms (送达地址确认书): a paper, valid until another takes its place.

The paper is signed over covered values and the digests of the whole ones, salted; the whole ones stand sealed beside
it. So it proves what was confirmed without showing anybody's number to whoever holds the paper.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk.private import DUTY, LONGEST, WhyNeeded, by_duty
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making, whole
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving.models import AddressConfirmation
from zhijian.kernel.papers.strokes import MOST_POINTS
from zhijian.kernel.registry.models import Entity

KIND = "address_confirmation"
CONFIRMED = ledger.entry_kind(
    "address.confirmed",
    label=gettext_lazy("The address for service was confirmed; electronic service: {electronic}"),
    says={"electronic": ledger.coded("electronic", {"yes": gettext_lazy("yes"), "no": gettext_lazy("no")})},
)
OPENED = ledger.entry_kind(
    "address.opened",
    label=gettext_lazy("Opened the confirmed address for service: {reason}"),
    says={"reason": by_duty("reason")},
)
MEANS = [
    ("", gettext_lazy("none")),
    ("phone", gettext_lazy("Mobile phone")),
    ("email", gettext_lazy("E-mail")),
    ("fax", gettext_lazy("Fax")),
    ("account", gettext_lazy("Messenger account")),
]
SEALED = ("account", "address", "receiver", "phone")
PHONE = re.compile(r"^\+?[\d\- ]{6,20}$")
BOX = {"class": "form-control"}


class Confirmation(forms.Form):
    """What the form asks (form 10), in its order."""

    electronic = forms.ChoiceField(
        label=gettext_lazy("Electronic service"),
        choices=[("yes", gettext_lazy("accepted")), ("no", gettext_lazy("not accepted"))],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Papers then go to the electronic address, and count from the day they arrive there."),
    )
    means = forms.ChoiceField(
        label=gettext_lazy("Electronically by"),
        choices=MEANS,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    account = forms.CharField(
        label=gettext_lazy("Number or address for it"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=BOX),
    )
    address = forms.CharField(
        label=gettext_lazy("Address for service"), min_length=4, max_length=200, widget=forms.TextInput(attrs=BOX)
    )
    receiver = forms.CharField(label=gettext_lazy("Recipient"), max_length=60, widget=forms.TextInput(attrs=BOX))
    phone = forms.CharField(
        label=gettext_lazy("Recipient's phone"),
        max_length=24,
        widget=forms.TextInput(attrs={**BOX, "inputmode": "tel", "autocomplete": "tel"}),
    )
    postcode = forms.CharField(
        label=gettext_lazy("Postcode"), max_length=12, required=False, widget=forms.TextInput(attrs=BOX)
    )
    remarks = forms.CharField(
        label=gettext_lazy("Remarks"), max_length=200, required=False, widget=forms.TextInput(attrs=BOX)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["electronic"].radios = True  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        given = self.cleaned_data["phone"].strip()
        if not PHONE.match(given):
            raise forms.ValidationError(_("A phone number has 6 to 20 digits."))
        return given

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        means, account = told.get("means", ""), (told.get("account") or "").strip()
        if told.get("electronic") == "yes":
            if not means:
                self.add_error("means", _("Choose how electronic papers reach the party."))
            if not account:
                self.add_error("account", _("Without it nothing can be sent electronically."))
            elif means == "email" and not re.match(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", account):
                self.add_error("account", _("This is not an e-mail address."))
            elif means in ("phone", "fax") and not PHONE.match(account):
                self.add_error("account", _("A phone number has 6 to 20 digits."))
        elif told.get("electronic") == "no":
            told["means"] = told["account"] = ""
        return told


@dataclass(frozen=True)
class Signature:
    """Strokes from a pad, as the field app keeps them: lists of [x, y] in whole numbers."""

    strokes: list[list[list[int]]]

    @classmethod
    def read(cls, text: str) -> Signature | None:
        """From what a page sent; None when nothing (or nothing readable) was drawn."""
        if not text or len(text) > 400_000:
            return None
        try:
            given = json.loads(text)
            strokes = [[[int(p[0]), int(p[1])] for p in line] for line in given if line]
        except (ValueError, TypeError, IndexError, KeyError):
            return None
        points = sum(map(len, strokes))
        return cls(strokes) if 2 <= points <= MOST_POINTS else None


def confirm(
    matter: Matter, told: dict[str, Any], actor: Actor, *, signature: Signature | None = None
) -> AddressConfirmation:
    """Make the paper and put it in force for this office; the one before it ends. Raises ValueError without entity."""
    entity = matter.entity
    if entity is None:
        raise ValueError("a matter without an entity has nobody to confirm an address")
    now = when.now()
    with transaction.atomic():
        Entity.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=entity.pk)  # one after the other
        data = {
            "party": {"name": entity.name, "code": entity.code},
            "electronic": told["electronic"] == "yes",
            "means": told.get("means", ""),
            **{name: whole.cover(told.get(name, "")) for name in SEALED},
            "postcode": told.get("postcode", ""),
            "remarks": told.get("remarks", ""),
        }
        signed = (
            [{"who": "party", "name": "", "strokes": signature.strokes, "at": now.isoformat(timespec="seconds")}]
            if signature is not None
            else []
        )
        paper = making.make(KIND, matter, data, signatures=signed, at=now, actor=actor)
        AddressConfirmation.objects.filter(entity=entity, area=matter.area, until=None).update(until=now)
        made = AddressConfirmation.objects.create(
            entity=entity,
            area=matter.area,
            paper=paper,
            electronic=data["electronic"],
            means=data["means"],
            account=told.get("account") or None,
            address=told["address"],
            receiver=told["receiver"],
            phone=told["phone"],
            postcode=data["postcode"],
            since=now,
            made_by=actor.label,
        )
        ledger.record(
            CONFIRMED.code,
            actor=actor,
            subject=f"matter:{matter.pk}",
            matter=matter,
            data={"paper": str(paper.uid), "electronic": "yes" if data["electronic"] else "no"},
        )
    return made


@whole.filled_by(KIND, "paper_confirmation")
def _on_the_sheet(paper: Paper) -> dict[str, Any]:
    """The form as the party signed it: whole values where they are the ones that the signed digests are of."""
    with scoped(SYSTEM):  # whoever may have the paper may read it
        kept = AddressConfirmation.objects.filter(paper=paper.pk).first() if paper.pk else None
    data = dict(paper.data)
    for name in SEALED:
        value, held = (getattr(kept, name) or "") if kept is not None else "", data[name]
        if value and whole.is_of(held, value):
            data[name] = {**held, "shown": value}
    return data


def duty(matter: Matter, actor: Actor) -> bool:
    """Whether it is his duty to know the whole address: he holds the matter, which is open."""
    return matter.closed is None and bool({matter.assignee_id, matter.second_id} & set(actor.hands))


def open_whole(confirmation: AddressConfirmation, matter: Matter, actor: Actor, reason: str = "") -> dict[str, str]:
    """The whole values; that they were opened, by whom and why, is an entry. Raises WhyNeeded without any reason."""
    why = reason.strip()[:LONGEST]
    if not why and not duty(matter, actor):
        raise WhyNeeded
    ledger.record(
        OPENED.code,
        actor=actor,
        subject=f"matter:{matter.pk}",
        matter=matter,
        data={"paper": str(confirmation.paper.uid), "reason": why or DUTY},
    )
    return {name: getattr(confirmation, name) or "" for name in SEALED}


def covered(confirmation: AddressConfirmation) -> dict[str, str]:
    """The values as everybody may see them."""
    return {name: mask(getattr(confirmation, name) or "") for name in SEALED}
