"""Who gets what at every address: generated from the URL table and the APIs' operations.

What is expected stands in permissions.toml. Each address is asked as anonymous, as every role of the record's own
office, and as the head of an office in a neighbour district.
An address that the table does not list fails. `UPDATE_PERMISSIONS=1` writes the table anew, `UPDATE_PERMISSIONS=new`
the lines that it does not have yet, to be looked at line by line; `args` name what stands in the address (THINGS), and
are kept. It takes minutes: the addresses are asked in parts, so that several processes share them.
"""

from __future__ import annotations

import datetime as dt
import enum
import io
import json
import os
import types
import typing
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests import world
from tests.addresses import TABLE, addresses, expected, filled, names, table
from tests.kernel.recordings import films
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import feeds
from zhijian.kernel.appointments.models import Slot
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk.models import SavedList, SheetRun
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.media import FILMS
from zhijian.kernel.exchange.models import Arrival, Batch, Inlet, Owed
from zhijian.kernel.matters.catalogue import flow_of, flows
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices.models import Delivery, Endpoint, Notice, Robot
from zhijian.kernel.papers import making
from zhijian.kernel.papers.drafts import docx
from zhijian.kernel.papers.models import Blank, PaperTemplate, SealRequest
from zhijian.kernel.papers.serving import confirm
from zhijian.kernel.party import access
from zhijian.kernel.recordings.models import Camera, Recording
from zhijian.kernel.registry import joining
from zhijian.kernel.registry.models import CardRun, Entity, Twin
from zhijian.ops import tls
from zhijian.programmes.complaints.models import HotSpot
from zhijian.programmes.equipment.models import LiftCall
from zhijian.programmes.inspection import announcing, visitcode
from zhijian.programmes.inspection.fair.models import PlanLine, PublishedPlan
from zhijian.programmes.returns.models import Broken, ReturnPledge
from zhijian.programmes.stations import entering

pytestmark = pytest.mark.django_db
RECORD = Path(__file__).with_name("fixtures") / "record_inspection_1.json"
UPDATE = os.environ.get("UPDATE_PERMISSIONS", "")
PARTS = 6
HEADING = """\
# Who gets which status at every address; see test_permissions.py. "rest" is everybody who is not named on the line.
# People: anonymous, every role at the record's own office, neighbour (the head of an office in another district).
# GET and POST are asked everywhere (405: there is no such method). A step is told plausible facts, any other POST is
# empty, so 422 or 302 mean "may"; 409 means that the step is not open from here, which only its own people learn.
"""
NOWHERE = "00000000-0000-7000-8000-000000000000"

Things = dict[str, str]


def things(w: world.World) -> Things:
    """What stands in addresses: records of the small world, by the names that the table uses."""
    w.premises.contact_phone = "13805330042"  # type: ignore[assignment]
    w.premises.save()
    planned = OPENERS["inspection"](w)
    finding = OPENERS["rectification"](w)
    Matter.objects.filter(pk=finding.pk).update(assignee=w.inspector)
    phone = Device.objects.create(
        person=w.inspector, name="phone", public_key={}, grant_until="2035-01-01T00:00:00+00:00"
    )
    clock = Clock.objects.filter(matter=finding).first()
    signed = json.loads(RECORD.read_text())["papers"]["signed"]
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    photo = files.attach(finding, files.store(picture.getvalue()), actor=SYSTEM, kind="photo", name="x.jpg")
    paper = making.make("rectification_order", finding, signed["rectification_order"], actor=SYSTEM)
    draft = making.draft("rectification_order", finding, signed["rectification_order"], actor=SYSTEM)
    waiting = making.make("rectification_order", finding, signed["rectification_order"], actor=SYSTEM)
    said = {"electronic": "no", "address": "水晶街 1 号", "receiver": "王清", "phone": "13805330043"}
    confirmed = confirm.confirm(finding, said, SYSTEM)
    asked = SealRequest.objects.create(paper=waiting, area=waiting.area, asked_at=waiting.at)
    blank = Blank.objects.create(
        kind=paper.kind, organ=paper.organ, area=paper.area, serial="1", holder=w.inspector, issued_at=paper.at
    )
    template = PaperTemplate.objects.create(
        kind=paper.kind,
        organ=world.DISTRICT,
        version=1,
        since=world.SINCE,
        name="x.docx",
        fields=[],
        blob=files.store(docx.plain("x", [], ""), media_types=files.DOCX),
    )
    at = timezone.now()
    owed = Owed.objects.filter(matter=planned).first()
    about = {"platform": owed.platform, "table": owed.table, "area": world.OFFICE, "made_by_name": "x", "made_at": at}
    blob = files.store(b"x", judged="text/csv")
    batch = Batch.objects.create(**about, name="x.csv", sheet=blob, count=1, made_by="x")
    arrival = Arrival.objects.create(**about, name="x.csv", blob=blob, what="list", day=at.date(), made_by="x")
    Inlet.objects.create(platform=owed.platform)
    endpoint = Endpoint.objects.create(name=owed.platform, url="https://there.example/")
    delivery = Delivery.objects.create(endpoint=endpoint, kind="x", body="{}", made_at=at)
    notice = Notice.objects.filter(person=w.inspector).first()
    failed = Notice.objects.create(
        matter=finding, area=world.OFFICE, entity=w.entity, to_kind="entity", channel="sms", state="failed",
        template="step", made_at=at,
    )  # fmt: skip
    Robot.objects.create(area=world.OFFICE, kind="wecom", key="x" * 20)
    one, two = (Entity.objects.create(name=name, area=world.OFFICE) for name in ("甲店", "乙店"))
    join = joining.merge(one, two, SYSTEM, seen=joining.fingerprint(one, two))
    given = access.give(w.entity, None, access.Person(who="李店长", phone="13805330071"), SYSTEM)
    cards = CardRun.objects.create(
        area=world.OFFICE, person=w.inspector, by_name="x", places=[w.premises.pk], origin=""
    )
    twin = Twin.objects.create(
        one=w.entity, other=one, area=world.OFFICE, other_area=world.OFFICE, reasons=["code"], found_at=at
    )
    clerk = w.person("x-clerk", Role.CLERK, world.OFFICE)
    sheet = SheetRun.objects.create(person=clerk, room="inspection", file_name="x.xlsx", sha256="", language="en")
    kept = SavedList.objects.create(person=clerk, room="inspection", name="x", shared=world.OFFICE)
    begins = timezone.now() + dt.timedelta(days=3)
    slot = Slot.objects.create(
        area=world.OFFICE, kind="counter", place="x", day=begins.date(), begins=begins, made_at=at,
        ends=begins + dt.timedelta(hours=1), capacity=1,
    )  # fmt: skip
    with scoped(w.actor("甲")) as inspector:
        secret = feeds.make(w.inspector, inspector)
    others = {kind: str(OPENERS[kind](w).uid) for kind in flows() if kind not in ("inspection", "rectification")}
    lift = LiftCall.objects.select_related("equipment").get(matter__uid=others["lift_call"]).equipment
    Camera.objects.create(device="x", person=w.inspector, area=world.OFFICE, since=world.SINCE)
    film = Recording.objects.create(
        blob=files.store(films.mp4(), media_types=FILMS), name="x.mp4", device="x", area=world.OFFICE
    )
    spot = HotSpot.objects.create(
        of="complaint_problem", category="P17", area=world.OFFICE, week=dt.date(2026, 3, 2), seen=9, usual=1, weeks=12,
        p=1e-6, q=1e-4, found_at=at,
    )  # fmt: skip
    settled = perform(OPENERS["station_dispute"](w), "settle", SYSTEM, done="已退款")
    open_station = settled.station_dispute.station
    pledge = ReturnPledge.objects.get(matter=perform(OPENERS["return_pledge"](w), "accept", SYSTEM))
    broken = Broken.objects.create(
        pledge=pledge, of=Matter.objects.get(uid=others["complaint"]), bought_on=at.date(), what="x", found_on=at.date()
    )
    PublishedPlan.objects.create(area=world.OFFICE, year=2030, published_on=at.date())
    return {
        **others,
        "plan_line": str(PlanLine.objects.filter(plan__matter__uid=others["visit_plan"]).first().pk),
        "confirmed": str(confirmed.paper.uid),
        "join": str(join.uid),
        "access": str(given.uid),
        "cards": str(cards.uid),
        "twin": str(twin.uid),
        "sheet": str(sheet.uid),
        "kept": str(kept.uid),
        "slot": str(slot.uid),
        "secret": secret,
        "visit_code": visitcode.sign(announcing.announced(planned, SYSTEM, "routine", None, [])),
        "inspection": str(planned.uid),
        "rectification": str(finding.uid),
        "entity": str(w.entity.uid),
        "premises": str(w.premises.uid),
        "contact": "contact",
        "this_year": str(calendar.today().year),
        "station_settled": str(settled.uid),
        "station_open": str(open_station.matter.uid),
        "station_code": open_station.code,
        "station_key": entering.give_key(open_station.matter, SYSTEM),
        "hot_spot": str(spot.uid),
        "film": str(film.uid),
        "person": str(w.inspector.pk),
        "door": w.premises.door_code,
        "lift": lift.door_code,
        "pledge": pledge.code,
        "broken": str(broken.uid),
        "phone": str(phone.uid),
        "clock": str(clock.pk if clock else 0),
        "token": make_link(w.entity, finding.parent),
        "photo": str(photo.uid),
        "paper": str(paper.uid),
        "code": paper.code,
        "draft": str(draft.uid),
        "asked": str(asked.uid),
        "blank": str(blank.uid),
        "template": str(template.uid),
        "notice": str(notice.uid if notice else NOWHERE),
        "failed": str(failed.uid),
        "owed": str(owed.uid),
        "batch": str(batch.uid),
        "arrival": str(arrival.uid),
        "delivery": str(delivery.uid),
        "nothing": NOWHERE,
        "zero": "0",
    }


# What stands in a parameter of that name where the table says nothing yet.
USUAL = {"uid": "nothing", "pk": "zero", "id": "nothing", "name": "=inspection", "kind": "=inspection", "verb": "=plan"}


def usual(route: str) -> dict[str, str]:
    """What stands in a new route's parameters: a matter of its own kind where it names one."""
    kind = next((part for part in route.split("/") if part in flows()), "nothing")
    return {name: kind if name == "uid" else USUAL.get(name, "zero") for name in names(route)}


def sample(kind: Any, w_person: str) -> Any:
    """A plausible value of an annotated type: somebody's id for a number, a day to come, a few words."""
    if typing.get_origin(kind) is typing.Annotated:
        return sample(typing.get_args(kind)[0], w_person)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return sample(typing.get_args(kind)[0], w_person)
    if typing.get_origin(kind) is list:
        return []
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind)).value
    day = (calendar.today() + dt.timedelta(days=8)).isoformat()
    plain = {bool: True, int: int(w_person), dt.date: day, str: "现场说明"}
    return plain.get(kind, "0")


def bounded(info: Any, value: Any) -> Any:
    """A number that the field takes: somebody's id may lie outside a range of days or years."""
    least, most = (
        next((getattr(one, end) for one in info.metadata if hasattr(one, end)), None) for end in ("ge", "le")
    )
    return value if most is None or not isinstance(value, int) else max(min(value, most), least or 0)


def facts_of(kind: str, verb: str, person: str) -> dict[str, Any]:
    """Plausible facts of a step that has to be told some; those that may be left out are left out."""
    step = next(s for s in flow_of(kind).steps if s.verb == verb)
    fields = step.facts.model_fields if step.facts else {}
    return {name: bounded(info, sample(info.annotation, person)) for name, info in fields.items() if info.is_required()}


def body_of(route: str, args: dict[str, str], known: Things) -> dict[str, Any]:
    """What a POST to that address carries: a step's facts, as JSON for the API and as a form for the desk."""
    person = known["person"]
    if route.startswith("api/v1/matters/"):
        parts = route.split("/")
        kind, verb = parts[3], parts[-1]
        if kind not in flows():
            return {}
        facts = facts_of(kind, verb, person)
        if "line" in facts:  # of a plan: a number that is nobody's person
            facts["line"] = int(known["plan_line"])
        told: dict[str, Any] = {"facts": facts} if facts else {}
        return told if "<" in route else {**told, "premises": known["premises"]}
    if route == "m/<uuid:uid>/<slug:verb>/" and args["uid"] in flows():
        told = facts_of(args["uid"], args["verb"][1:], person)
        return {f"f-{name}": value for name, value in told.items()}
    return {}


@pytest.fixture
def askers(db: None) -> tuple[Things, dict[str, Client]]:
    """A signed-in client for everybody who asks."""
    tls.ensure()  # /ca.crt hands out the local authority, which `zhijian run` would have made
    with scoped(SYSTEM):
        w = world.make()
        known = things(w)
        people = {role.value: w.person(f"x-{role}", role, world.OFFICE) for role in Role}
        people["neighbour"] = w.stranger
    clients: dict[str, Client] = {"anonymous": Plain()}
    for name, person in people.items():
        clients[name] = Plain()
        clients[name].force_login(person)
    return known, clients


class Plain(Client):
    """A client that keeps no copy of each template's context: only the status is asked for."""

    def request(self, **request: Any) -> Any:
        response = self.handler(self._base_environ(**request))
        if response.cookies:
            self.cookies.update(response.cookies)
        return response


def asked(method: str, address: str, client: Client, body: dict[str, Any]) -> int:
    """The status, and nothing stays done."""
    kept = client.cookies["sessionid"].value if "sessionid" in client.cookies else None
    with transaction.atomic():
        if method == "GET":
            answer = client.get(address)
        elif address.startswith("/api/"):
            answer = client.generic(method, address, json.dumps(body), content_type="application/json")
        else:
            answer = client.post(address, body)
        if answer.streaming:
            list(answer.streaming_content)
        transaction.set_rollback(True)
    if kept is not None:
        client.cookies["sessionid"] = kept
    return answer.status_code


def line(statuses: dict[str, int]) -> str:
    """One line of the table: the commonest status is the rest's."""
    rest = Counter(statuses.values()).most_common(1)[0][0]
    by_status: dict[int, list[str]] = {}
    for who, status in statuses.items():
        if status != rest:
            by_status.setdefault(status, []).append(who)
    told = [f'{status} = "{" ".join(sorted(who))}"' for status, who in sorted(by_status.items())]
    return "{ " + ", ".join([f"rest = {rest}", *told]) + " }"


def written(found: dict[str, dict[str, Any]], people: list[str]) -> str:
    """The table as text: what was found, and of the other addresses what it says already."""
    kept = {route: row for route, row in table().items() if route in addresses()}
    known = {
        route: {
            "args": row.get("args", {}),
            "asked": {name: expected(told, people) for name, told in row.items() if name != "args"},
        }
        for route, row in kept.items()
    }
    parts = [HEADING]
    for route, row in sorted((known | found).items()):
        parts.append(f'\n["{route}"]')
        if row["args"]:
            parts.append("args = { " + ", ".join(f'{k} = "{v}"' for k, v in row["args"].items()) + " }")
        parts += [f"{method} = {line(statuses)}" for method, statuses in row["asked"].items()]
    return "\n".join(parts) + "\n"


def test_every_address_is_in_the_table():
    if not UPDATE:
        assert sorted(addresses()) == sorted(table()), "an address is new or gone: UPDATE_PERMISSIONS=new, then look"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_address_gives_everybody_what_the_table_says(askers, part):
    known, clients = askers
    listed = table()
    routes = dict(sorted(addresses().items())[part::PARTS])
    if UPDATE == "new":
        routes = {route: methods for route, methods in routes.items() if route not in listed}
    found: dict[str, dict[str, Any]] = {}
    for route, methods in routes.items():
        args = listed.get(route, {}).get("args") or usual(route)
        address, body = filled(route, args, known), body_of(route, args, known)
        found[route] = {
            "args": args,
            "asked": {m: {who: asked(m, address, client, body) for who, client in clients.items()} for m in methods},
        }
    broken = [
        f"{method} {route} as {who}: {status}"
        for route, row in found.items()
        for method, statuses in row["asked"].items()
        for who, status in statuses.items()
        if status >= 500
    ]
    assert not broken, "no table may hold an error of ours:\n" + "\n".join(broken)
    if UPDATE:
        TABLE.write_text(written(found, list(clients)))
        return
    wrong = []
    for route, row in found.items():
        if route not in listed:
            continue  # the test above says so
        for method, statuses in row["asked"].items():
            want = expected(listed[route].get(method, {"rest": 0}), list(clients))
            wrong += [
                f"{method} {route} as {who}: {status}, the table says {want[who]}"
                for who, status in statuses.items()
                if status != want[who]
            ]
    assert not wrong, "\n".join(wrong)


def test_nobody_meets_an_error_of_ours():
    """The table itself holds no 5xx, and no page of staff that an anonymous visitor may read."""
    for route, row in table().items():
        for method in ("GET", "POST"):
            if method not in row:
                continue
            told = row[method]
            statuses = {int(key) for key in told if key != "rest"} | {told["rest"]}
            assert max(statuses) < 500, (route, method)
