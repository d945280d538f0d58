"""A visit that a complaint set off, from the plan to the public page: nothing that leaves the bureau says so."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from tests import world
from tests.gateways.field.test_field import here, phone, put, w  # noqa: F401 -- fixtures
from tests.phone import Phone, record

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.exchange.declared import owed
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection import flow, visitcode
from zhijian.programmes.inspection.models import Inspection, Publication

MARKER = "PLANTEDMARKER-12315-0077"
WORDS = (MARKER, "complaint", "Complaint or clue", "投诉举报和线索", "outside", "不计入")


def planned(w: world.World, **facts: Any) -> Matter:  # noqa: F811
    with scoped(w.actor("所长")) as head:
        about = About(w.premises.name, world.OFFICE, w.entity, w.premises)
        return perform(
            flow.INSPECTION, "plan", head, about=about, planned_for=calendar.today(), assignee=w.inspector.pk,
            second=w.second.pk, **facts,
        )  # fmt: skip


def told(w: world.World, phone: Phone, matter: Matter) -> dict[str, str]:  # noqa: F811
    """Everything that reaches the enterprise, the public or another platform of one visit, from its plan on."""
    found: dict[str, str] = {}
    task = next(one for one in phone.pull()["tasks"] if one["uid"] == str(matter.uid))
    found["code"] = str(visitcode.read(task["code"]))
    for language in ("en", "zh-hans"):
        page = Client(headers={"accept-language": language}).get(f"/I/{task['code']}")
        found[f"code page {language}"] = page.content.decode()
    sent = record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}}, photos=[], task=str(matter.uid),
                  purpose=task["kind"])  # fmt: skip
    put(phone, sent)
    run_pending()
    with scoped(SYSTEM):
        matter.refresh_from_db()
        assert matter.state == "rectifying"
        assert Inspection.objects.get(pk=matter.pk).purpose == "complaint", "the desk knows what it was"
        publication = Publication.objects.get(inspection=matter.pk).matter
        perform(publication, "publish", SYSTEM)
        link = make_link(w.entity, matter)
        for paper in Paper.objects.filter(matter__in=[matter, *matter.children.all()]):
            found[f"paper {paper.kind}"] = json.dumps(paper.data, ensure_ascii=False)
            assert paper.data.get("purpose", "routine") == "routine"
        found["notices"] = " ".join(
            json.dumps(one, ensure_ascii=False, default=str)
            for one in Notice.objects.filter(entity=w.entity).values("template", "data")
        )
        for name, one in owed().items():
            if one.kinds & {"inspection", "publication"}:
                about = matter if "inspection" in one.kinds else publication
                found[f"exchange {name}"] = json.dumps(one.row(about), ensure_ascii=False, default=str)
        door = w.premises.door_code
    for language in ("en", "zh-hans"):
        client = Client(headers={"accept-language": language})
        found[f"file {language}"] = client.get(f"/p/{link}/", follow=True).content.decode()
        found[f"door {language}"] = client.get(f"/d/{door}", follow=True).content.decode()
    return found


def test_what_set_a_visit_off_reaches_nobody_outside(w: world.World, phone: Phone) -> None:  # noqa: F811
    matter = planned(w, purpose="complaint", outside_reason=MARKER)
    found = told(w, phone, matter)
    assert set(found) >= {
        "code", "code page en", "paper onsite_record", "paper result_sheet", "paper rectification_order", "notices",
        "exchange inspection_task", "exchange inspection_result", "file en", "door en",
    }  # fmt: skip
    assert all(len(text) > 50 for text in found.values()), "each of them was there to be looked through"
    for where, text in found.items():
        words = [word for word in WORDS if word in text]
        assert words == [], f"{where} says {words}"
    assert "清风" in found["door zh-hans"]
