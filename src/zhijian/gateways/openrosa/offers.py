"""What a handset can choose from without a network: the officer's tasks, premises of his area, colleagues, findings.

CSV, as Collect reads it; only what lies in the officer's own area, as the field app gets it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q, QuerySet

from zhijian.gateways.field import reference, staff
from zhijian.gateways.openrosa import survey
from zhijian.gateways.openrosa.forms import Form
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import below
from zhijian.kernel.clock import calendar
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.checklists import in_force
from zhijian.programmes.inspection.checklists.applying import Place, fitting, note_registered, reached_by
from zhijian.programmes.inspection.models import Checklist, Purpose

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
    wanted = [task for task in reference.tasks(actor) if (task["kind"] == "recheck") == (not form.lists)]
    places = Premises.objects.filter(uid__in=[task["premises"] for task in wanted])
    shops = {str(one.uid): one for one in places.select_related("entity").prefetch_related("licences")}
    lists, codes = in_force(calendar.today()), [one.code for one in form.lists]
    note_registered(shops.values())
    for task in wanted:
        shop, named = shops[task["premises"]], task["checklist"]
        if form.lists and not _goes_by(codes, named, fitting(lists, Place.of(shop))):
            continue
        kind = str(Purpose(task["kind"]).label)
        label = " · ".join(filter(None, [shop.name, kind, task["due"] or "", task["appointment"], shop.address]))
        list_ = named["id"] if named and form.lists else ""
        yield task["uid"], label, task["premises"], shop.name, shop.trade, list_, task["kind"], task["check_code"]


def _goes_by(codes: list[str], named: Any, fits: list[Checklist]) -> bool:
    """Whether a task is one of the form of these lists: by the list that it names, else by all that are for its shop;
    where none is, by any one."""
    if named:
        return codes == [named["id"]]
    return codes == sorted(one.code for one in fits) or (not fits and len(codes) == 1)


def area_of(actor: Actor) -> Q:
    """The premises of the officer's areas, as a condition."""
    here = Q(pk__in=[])
    for low, high in reference.patch(actor):
        here |= below("area", low, high)
    return here


def _shops(form: Form, device: Device, actor: Actor) -> Rows:
    """Premises of the officer's areas that go by the form's lists and no other, by name; on the form of one list also
    those for which none is known to be."""
    lists = in_force(calendar.today())
    ours = {one.code for one in form.lists}
    all_of_them = reduce(and_, (reached_by(one.rule) for one in lists if one.code in ours), Q())
    others = reduce(or_, (reached_by(one.rule) for one in lists if one.code not in ours), Q(pk__in=[]))
    fit = all_of_them & ~others
    if len(ours) == 1:
        fit |= Q(trade="") & ~others & ~all_of_them
    rows: QuerySet[Premises] = Premises.objects.filter(area_of(actor), fit).exclude(status="closed")
    for one in rows.order_by("name_key", "pk").only("uid", "name", "address", "trade")[:SHOPS]:
        label = " · ".join(filter(None, [one.name, one.address]))
        yield one.uid, label, one.name, one.trade


def _officers(form: Form, device: Device, actor: Actor) -> Rows:
    """Colleagues who may sign today."""
    today = calendar.today()
    for one in staff.colleagues(reference.patch(actor)):
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
