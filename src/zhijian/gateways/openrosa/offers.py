"""What a handset can choose from without a network: the officer's tasks, premises of his area, colleagues, findings.

CSV, as Collect reads it; only what lies in the officer's own area, as the field app gets it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from zhijian.gateways.field import reference
from zhijian.gateways.openrosa import survey
from zhijian.gateways.openrosa.forms import Form
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import below
from zhijian.kernel.clock import calendar
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.checklists import shops_for
from zhijian.programmes.inspection.models import Purpose

SHOPS = 5000  # of a trade and an office; the list of a phone's screen ends well before

Rows = Iterable[tuple[Any, ...]]


def media(name: str, form: Form, device: Device, actor: Actor) -> bytes:
    """One of the form's files as it is now, for this handset. Raises KeyError for another name."""
    head, rows = FILES[name]
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(head)
    write.writerows(rows(form, device, actor))
    return out.getvalue().encode()


def _tasks(form: Form, device: Device, actor: Actor) -> Rows:
    """Visits to make (or, on the re-check's form, to be re-checked), the nearest first."""
    wanted = [task for task in reference.tasks(actor) if (task["kind"] == "recheck") == (form.checklist is None)]
    shops = {str(one.uid): one for one in Premises.objects.filter(uid__in=[task["premises"] for task in wanted])}
    for task in wanted:
        shop, named = shops[task["premises"]], task["checklist"]
        kind = str(Purpose(task["kind"]).label)
        label = " · ".join(filter(None, [shop.name, kind, task["due"] or "", task["appointment"], shop.address]))
        list_ = named["id"] if named and form.checklist is not None else ""
        yield task["uid"], label, task["premises"], shop.name, shop.trade, list_, task["kind"], task["check_code"]


def _shops(form: Form, device: Device, actor: Actor) -> Rows:
    """Premises of the officer's areas for which the list is, by name."""
    here = Q(pk__in=[])
    for low, high in reference.patch(actor):
        here |= below("area", low, high)
    fit = Q(trade="") | (shops_for(form.checklist) if form.checklist is not None else Q())
    rows: QuerySet[Premises] = Premises.objects.filter(here, fit).exclude(status="closed")
    for one in rows.order_by("name_key", "pk").only("uid", "name", "address", "trade")[:SHOPS]:
        label = " · ".join(filter(None, [one.name, one.address]))
        yield one.uid, label, one.name, one.trade


def _officers(form: Form, device: Device, actor: Actor) -> Rows:
    """Colleagues who may sign today."""
    today = calendar.today()
    for one in reference.colleagues(reference.patch(actor)):
        if one.pk != device.person_id and one.signs_on(today):
            yield one.pk, f"{one.name} {one.certificate_no}".strip()


def _findings(form: Form, device: Device, actor: Actor) -> Rows:
    """Open findings of the visits to re-check, with what the enterprise answered."""
    for task in reference.tasks(actor):
        for found in task["open_items"]:
            said = " · ".join(filter(None, [found["found"], found["answer"], found["deadline"]]))
            yield found["rectification"], f"{found['item']} {said}".replace("\n", " "), task["uid"]


FILES: dict[str, tuple[tuple[str, ...], Callable[[Form, Device, Actor], Rows]]] = {
    survey.TASKS: (("name", "label", "premises", "shop", "trade", "list", "kind", "code"), _tasks),
    survey.SHOPS: (("name", "label", "shop", "trade"), _shops),
    survey.OFFICERS: (("name", "label"), _officers),
    survey.FINDINGS: (("name", "label", "visit"), _findings),
}
