"""Every list of the desk goes out as Excel: the page's own rows, in its scope, with its filters."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from tests import world
from tests.kernel.appointments.conftest import slot_of
from tests.kernel.desk.test_browser import hold
from tests.kernel.matters.test_scope import plan
from tests.kernel.recordings import films
from tests.openers import closed_visit, piece
from tests.test_permissions import things

from zhijian.config.places import CHECKOUT
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Handover, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.calendar import today
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk import excel
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.media import FILMS
from zhijian.kernel.evidence.models import LedgerEntry, Seal
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import JobFailure, Notice, SmsMonth
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Blank, Paper, SealRequest
from zhijian.kernel.ratings.models import Draw, Rating
from zhijian.kernel.recordings.models import Camera, Recording
from zhijian.kernel.registry.models import CardRun, Entity, ImportRun, Premises, Proposal, Twin
from zhijian.programmes.complaints.models import HotSpot
from zhijian.programmes.complaints.understanding.hotspots import week_of
from zhijian.programmes.equipment.models import Equipment, Maintenance
from zhijian.programmes.inspection.draw.models import DrawnPlace
from zhijian.programmes.inspection.fair.models import PlanLine, PlanPlace
from zhijian.programmes.inspection.onsite.models import SeenProduct, UsualTime
from zhijian.programmes.stations.models import LogEntry, Station

pytestmark = pytest.mark.django_db
TEMPLATES = CHECKOUT / "src/zhijian"
ROW = re.compile(r"data-row|list-group-item")
STAFF = (Role.HEAD, Role.CLERK, Role.ADMIN, Role.SECTION, Role.INSPECTOR)


@dataclass(frozen=True)
class Listed:
    """Where a sheet's button stands, and how many rows the page has at least in this world."""

    page: str
    least: int = 2


# Every sheet that is declared, by code; a new one fails until it stands here.
PAGES: dict[str, Listed] = {
    "broken": Listed("/broken/"),
    "cameras": Listed("/recordings/cameras/"),
    "card_runs": Listed("/doors/runs/"),
    "corrections": Listed("/corrections/"),
    "doors": Listed("/doors/?trade=restaurant"),
    "draws": Listed("/ratings/draws/"),
    "duplicates": Listed("/duplicates/?reason=code"),
    "equipment_doubtful": Listed("/equipment/firms/"),
    "equipment_firms": Listed("/equipment/firms/"),
    "equipment_late": Listed("/equipment/firms/"),
    "exchange": Listed("/exchange/t/luzhifa/tasks/?state=all"),
    "handovers": Listed("/handovers/"),
    "held": Listed("/held/"),
    "imports": Listed("/registry/import/"),
    "inbox": Listed("/inbox/"),
    "jobs": Listed("/jobs/"),
    "notices_cost": Listed(f"/notices/cost/of/{world.OFFICE}/"),
    "notices_failed": Listed("/notices/failed/"),
    "paper_blank_holder": Listed("/papers/blanks/of/{inspector}/?state=held"),
    "paper_blanks": Listed("/papers/blanks/"),
    "paper_blanks_month": Listed("/papers/blanks/", least=1),
    "papers": Listed("/papers/?state=waits"),
    "papers_requests": Listed("/papers/requests/"),
    "papers_waiting": Listed("/papers/waiting/"),
    "people": Listed("/people/?q=x-"),
    "products_seen": Listed("/visits/products/"),
    "ratings": Listed("/ratings/", least=1),
    "recordings": Listed("/recordings/"),
    "slots": Listed("/slots/"),
    "station_log": Listed("/stations/log/"),
    "visit_draw_places": Listed("/m/{draw}/"),
    "visit_draw_pool": Listed("/draws/{draw}/pool/"),
    "visit_items": Listed("/visits/items/"),
    "visit_joint": Listed("/visits/joint/"),
    "visit_kinds": Listed("/visits/kinds/"),
    "visit_most": Listed("/visits/most/", least=1),
    "visit_time": Listed("/visits/time/"),
    "visit_plan_lines": Listed("/m/{plan}/"),
    "hot_spots": Listed("/complaints/hotspots/"),
    "visit_plan_places": Listed("/plans/{plan}/{line}/"),
}
EVERYWHERE = {"jobs", "visit_items", "visit_kinds"}  # the machine's own, and what holds for the whole city: of no area

# Pages of the desk that show rows and give no Excel file of them, and why.
EXCUSED = {
    "appointments/desk/feed.html": "addresses that one gave to calendars: a setting",
    "appointments/desk/slot.html": "one slot; who comes stands in the file of slots",
    "complaints/desk/category.html": "a few proposals, to choose one",
    "complaints/desk/hotspot.html": "one hot spot; its items go out from the lists of complaints and reports",
    "complaints/desk/labels.html": "words of platforms, each to be mapped once: a setting",
    "complaints/desk/many.html": "asks which one leads before they are joined",
    "complaints/desk/models.html": "the card of a model",
    "complaints/desk/new.html": "a form; what the register has under the words typed, to choose one",
    "complaints/desk/routes.html": "the routing rules in force, and the sets before: a setting",
    "complaints/desk/routes_trial.html": "rules that somebody tries; the items go out from their lists",
    "complaints/desk/together.html": "asks for whom before it is done",
    "complaints/desk/meant.html": "a few candidates, to choose one",
    "desk/account.html": "one's own phones: a setting",
    "desk/board.html": "another look at a list of matters, which has its file",
    "desk/bulk.html": "asks once more before it is done",
    "desk/centre.html": "numbers, each of which leads to its list with its file",
    "desk/doors.html": "the cards of one enterprise; the doors go out from the list of cards",
    "desk/entity.html": "one file; what stands in it goes out from the lists of matters and papers",
    "desk/kept.html": "lists that one kept: each leads to its own file",
    "desk/map.html": "the doors in another form; they go out from the list of cards",
    "desk/moves.html": "asks which step it shall be",
    "desk/open_where.html": "asks at which door",
    "desk/record.html": "one matter; its list goes out",
    "desk/search.html": "the best few hits while one types; the register goes out from the list of cards",
    "desk/sheet_send.html": "the sheet itself goes out from here to be worked on",
    "desk/sheet_undo.html": "asks once more before it is taken back",
    "desk/todo.html": "lines that lead to lists, each with its file",
    "exchange/by_hand.html": "one record's fields, to be copied over one by one",
    "exchange/interfaces.html": "settings, with the last few messages as their proof",
    "open311/interfaces.html": "settings: keys and endpoints",
    "open311/unfit.html": "what could not be taken, to be put right one by one",
    "exchange/left.html": "the answer to one export",
    "exchange/overview.html": "a menu of tables, each with its file",
    "field/place.html": "asks to which door a record belongs",
    "field/record.html": "one record, which goes out byte for byte",
    "figures/catalogue.html": "a menu of figures, each with its file",
    "notices/preferences.html": "settings",
    "notices/robot.html": "settings",
    "ratings/desk/words.html": "what was written, without name, day and order: of no use in columns",
    "notices/robots.html": "settings",
    "openrosa/collect.html": "access that one gave to an app: a setting",
    "papers/draft.html": "one paper",
    "stations/desk/rate.html": "what was counted of one year of one station; the list of stations has its file",
    "supervision/desk/many.html": "asks for whom before it is ordered",
    "supervision/desk/waiting.html": "lines that lead to matters, whose lists have their files",
    "papers/grant.html": "asks once more before it is done",
    "papers/seal_many.html": "asks once more before it is done",
    "papers/serve.html": "one paper",
    "papers/templates.html": "a few files that go out themselves",
    "party/number.html": "one enterprise's number and who else has access: a form",
    "people/handover_shown.html": "one handover, with counts that lead to their lists",
    "people/import.html": "a form, with what was wrong in the file that came",
    "people/person.html": "one person",
    "registry/merge.html": "two files beside each other, to decide upon",
    "registry/merge_who.html": "asks which file it shall be",
    "inspection/desk/cap.html": "the cap and its exceptions: a setting",
    "inspection/desk/list_rule.html": "one list and its rules: a setting",
    "inspection/desk/lists.html": "for which places the bureau's lists are: a setting",
}
# Files that a page makes in another way.
OTHERS = re.compile(
    r"{% excel |'(list_export|figure_export|paper_numbers_export|card_list|sheet_report|import_rejected"
    r"|exchange_report|exchange_batch_file)'"
)


def pages_with_rows() -> Iterator[tuple[str, bool]]:
    """Every page of the desk that shows rows, and whether it gives them as Excel; parts count for their pages."""
    found = {str(p).split("/templates/")[1]: p.read_text() for p in TEMPLATES.rglob("templates/**/*.html")}

    def whole(name: str) -> str:
        text = found.get(name, "")
        return text + "".join(whole(part) for part in re.findall(r'{% include "([^"]+)"', text) if part != name)

    for name in sorted(found):
        if 'extends "desk/base.html"' in found[name]:
            text = whole(name)
            if any(mark in text for mark in ("data-row", "<table", "list-group", "plainlist")):
                yield name, bool(OTHERS.search(text))


def test_every_page_with_rows_gives_them_as_excel_or_says_why_not():
    rows = dict(pages_with_rows())
    without = {name for name, given in rows.items() if not given}
    assert without - EXCUSED.keys() == set(), "give it an `excel.sheet` and `{% excel %}`, or say in EXCUSED why not"
    assert EXCUSED.keys() - without == set(), "no longer to be excused"


def everybody(w: world.World) -> Person:
    """Somebody who works with every list, and his like in another district."""
    for role in STAFF:
        w.person("站长", role, world.OFFICE)
        w.person("邻区", role, world.NEIGHBOUR_OFFICE)
    return w.people["站长"]


def fill(w: world.World, boss: Person) -> None:
    """Two rows at least for every list."""
    now = timezone.now()
    things(w)
    one = Paper.objects.filter(kind="rectification_order").earliest("pk")
    making.make(one.kind, one.matter, one.data, actor=SYSTEM)  # the newest is served: one row asks what many ask
    w.person("x-second", Role.INSPECTOR, world.OFFICE)
    one, two, three = (Entity.objects.create(name=name, area=world.OFFICE) for name in ("丙店", "丁店", "戊店"))
    Premises.objects.create(entity=one, name="丙店", address="x", area=world.OFFICE, trade="restaurant")
    for what, new in (("phone", '{"text": "0533-1234567"}'), ("sign", '{"text": "新招牌"}')):
        Proposal.objects.create(
            premises=w.premises, entity=w.entity, area=world.OFFICE, what=what, old="{}", new=new, record=uuid4(),
            person=w.inspector, made_at=now,
        )  # fmt: skip
    Entity.objects.filter(pk=one.pk).update(code="370303000000001")  # the former code of the others
    for other in (two, three):
        Twin.objects.create(
            one=one, other=other, area=world.OFFICE, other_area=world.OFFICE, reasons=["code"], found_at=now
        )
        Entity.objects.filter(pk=other.pk).update(code=f"x{other.pk}", old_code="370303000000001")
        CardRun.objects.create(area=world.OFFICE, person=boss, by_name="y", places=[], origin="")
        Handover.objects.create(giver=w.inspector, successor=boss, proposed_by=boss, confirmed_at=now)
        ImportRun.objects.create(file_name=f"{other.name}.csv", mapping="registration", who=boss, who_name="站长")
        JobFailure.objects.create(name="registry.find_twins", job=other.pk, tries=2, error=other.name, last_at=now)
        told = {"area": world.OFFICE, "template": "step", "made_at": now, "entity": w.entity}
        Notice.objects.create(**told, to_kind="entity", channel="sms", state="failed")
        Notice.objects.create(**told, to_kind="entity", channel="sms", state="sent", billed=world.OFFICE, sent_at=now,
                              parts=1, cost="0.045")  # fmt: skip
        Notice.objects.create(area=world.OFFICE, template="step", made_at=now, to_kind="person", person=boss,
                              channel="in_app", state="sent")  # fmt: skip
        hold(w)
        HotSpot.objects.create(
            of="complaint_problem", category=f"P0{other.pk % 9}", area=world.OFFICE, week=week_of(now.date()),
            seen=9, usual=1, weeks=12, p=1e-6, q=1e-4, found_at=now,
        )  # fmt: skip
        slot_of(w, w.inspector, hour=10 if other is two else 11)
        Camera.objects.create(device=other.name, person=boss, area=world.OFFICE, since=world.SINCE)
        bare = files.store(films.mp4(seed=other.name.encode()), media_types=FILMS)
        Recording.objects.create(blob=bare, name=f"{other.name}.mp4", area=world.OFFICE)
    SmsMonth.objects.create(area=world.OFFICE, month=today().replace(day=1), messages=2, parts=2, cost="0.09")
    for late in Matter.objects.filter(kind="inspection", area=world.OFFICE)[:2]:
        Clock.objects.create(
            matter=late, rule="inspection.recheck_within", area=late.area, started=now, due=world.in_days(-3), basis={},
            broken=True,
        )  # fmt: skip
    _rated(w, now)
    _papers(w, boss)
    _lifts(w, (one, two), now)
    for one_station in Station.objects.filter(matter__state="in_force")[:1]:
        for what in ("退货", "换货"):
            LogEntry.objects.create(
                station=one_station, area=world.OFFICE, day=today(), what=what, ended="settled", made_at=now
            )
    lots = DrawnPlace.objects.select_related("draw")[0]
    again = {"order": 9, "area": lots.area, "day": lots.day, "first": lots.first, "second": lots.second}
    for place in Premises.objects.filter(area=world.OFFICE)[:2]:
        DrawnPlace.objects.get_or_create(draw=lots.draw, premises=place, defaults=again)
        PlanPlace.objects.create(line=PlanLine.objects.order_by("pk")[0], premises=place, area=world.OFFICE)
    seen = Matter.objects.filter(kind="inspection", area=world.OFFICE)[0]
    for code in ("96385074", "36000291452"):
        SeenProduct.objects.create(
            matter=seen, area=world.OFFICE, premises=w.premises, code=code, gtin=code.zfill(14), item="1.2", at=now
        )
    for purpose in ("routine", "special"):
        UsualTime.objects.create(
            area=world.OFFICE, purpose=purpose, visits=9, median=40, lower=30, upper=50, everywhere=45, at=now
        )
    plan(w)


def _rated(w: world.World, now: dt.datetime) -> None:
    for n in (1, 2):
        Rating.objects.create(
            matter=closed_visit(w), area=world.OFFICE, entity=w.entity, officer=w.inspector, stars=n, rated_at=now
        )
        entry = LedgerEntry.objects.order_by("pk").first()
        assert entry is not None
        seal = Seal.objects.create(
            day=world.in_days(-n), first_entry=entry.pk, last_entry=entry.pk, count=1, root="0", root_sm3="0",
            digest=str(n) * 64,
        )  # fmt: skip
        Draw.objects.create(
            seal=seal, area=world.OFFICE, seed=str(n) * 64, percent=5, population=[], chosen=[], made_at=now
        )


def _papers(w: world.World, boss: Person) -> None:
    asked = SealRequest.objects.select_related("paper").get()
    other = type(asked.paper).objects.filter(kind=asked.paper.kind, state="issued").exclude(pk=asked.paper_id).first()
    assert other is not None
    SealRequest.objects.create(paper=other, area=other.area, asked_at=other.at)
    for serial, holder in (("2", w.inspector), ("3", boss)):
        Blank.objects.create(
            kind=other.kind, organ=other.organ, area=other.area, serial=serial, holder=holder, issued_at=other.at
        )


def _lifts(w: world.World, firms: tuple[Entity, ...], now: dt.datetime) -> None:
    for firm in firms:
        lift = Equipment.objects.filter(matter=piece(w))
        lift.update(maintainer=firm, group="3", maintain_by=world.in_days(-3))
        Maintenance.objects.create(
            equipment=lift.get(), area=world.OFFICE, firm=firm, at=now, work="half_month", doubt="nowhere"
        )


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def city(db: None) -> world.World:
    with scoped(SYSTEM):
        w = world.make()
        boss = everybody(w)
        fill(w, boss)
        w.person("外部门", Role.PARTNER, world.OFFICE)
    return w


def rows_in(answer: Any) -> list[tuple[Any, ...]]:
    """The rows of the file's first sheet, heading included, as Excel would open it."""
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book.worksheets[0].iter_rows(values_only=True))


def link_in(text: str, code: str) -> tuple[str, int]:
    """The button's address, and how many rows the page shows under it."""
    found = re.search(rf'<a class="btn" data-excel href="(/excel/{code}/[^"]*)"', text)
    assert found, f"{code}: the page has no button"
    under = re.split(r"</table>|</ul>", text[found.end() :])[0]
    return html.unescape(found[1]), len(ROW.findall(under))


def queries(client: Client, address: str) -> int:
    """Those of one file, the second time (the first fills what a process keeps)."""
    for _again in range(2):
        with CaptureQueriesContext(connection) as caught:
            rows_in(client.get(address))
    return len(caught)


def one_row_of(rows: excel.Rows) -> excel.Rows:
    def cut(actor: Any, given: Any) -> Any:
        found = rows(actor, given)
        return found[:1] if hasattr(found, "__getitem__") else list(found)[:1]

    return cut


def test_every_sheet_is_its_pages_rows_in_one_scope_at_a_constant_price(city, monkeypatch):
    boss, neighbour, partner = (client_of(city.people[name]) for name in ("站长", "邻区", "外部门"))
    boss.get("/")  # loads the pages, which declare their sheets
    assert excel.sheets().keys() == PAGES.keys()
    faults: list[str] = []
    with scoped(SYSTEM):
        line = PlanLine.objects.select_related("plan__matter").order_by("pk")[0]
        draw = Matter.objects.get(kind="visit_draw")
    for code, listed in PAGES.items():
        about = {"plan": line.plan.matter.uid, "line": line.pk, "draw": draw.uid}
        page = boss.get(listed.page.format(inspector=city.inspector.pk, **about))
        assert page.status_code == 200, code
        address, shown = link_in(page.content.decode(), code)
        heading, *rows = rows_in(boss.get(address))
        sheet = excel.sheets()[code]
        with override("en"):
            heads = [str(head) for head in sheet.heads]
        if list(heading) != heads or any(len(row) != len(heading) for row in rows):
            faults.append(f"{code}: heading {heading}")
        if not len(rows) == shown >= listed.least:
            faults.append(f"{code}: {shown} on the page, {len(rows)} in the file")
        if (others := set(rows) & set(rows_in(neighbour.get(address))[1:])) and code not in EVERYWHERE:
            faults.append(f"{code}: the neighbour gets {others}")
        if Role.PARTNER not in sheet.roles and partner.get(address).status_code != 404:
            faults.append(f"{code}: a partner department gets it")
        many = queries(boss, address)
        monkeypatch.setitem(excel.sheets(), code, replace(sheet, rows=one_row_of(sheet.rows)))
        if (few := queries(boss, address)) != many:
            faults.append(f"{code}: {few} queries for one row, {many} for {len(rows)}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("code", "query", "kept"),
    [
        ("exchange", "platform=luzhifa&table=tasks&state=receipt", lambda n: n == 0),
        ("people", "q=x-second", lambda n: n == 1),
        ("duplicates", "state=apart", lambda n: n == 0),
        ("paper_blank_holder", "holder=nonsense", lambda n: n == 0),
        ("notices_cost", "month=2020-01", lambda n: n == 0),
    ],
)
def test_the_filters_of_the_address_hold_and_nonsense_finds_nothing(
    city: world.World, code: str, query: str, kept: Callable[[int], bool]
) -> None:
    assert kept(len(rows_in(client_of(city.people["站长"]).get(f"/excel/{code}/?{query}"))) - 1)


def test_a_file_says_what_it_is_and_the_ledger_says_who_took_it(city):
    boss = client_of(city.people["站长"])
    answer = boss.get("/excel/people/?q=13805330042&after=7")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    told = [row[0] for row in book.worksheets[1].iter_rows(values_only=True)]
    assert told[0] == "People" and told[2] == "Name: 13805330042" and "站长" in told[3]
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="desk.exported")
    assert entry.data == {"list": "people", "filter": "q=…"}, "what was searched for may be somebody's number"
    assert entry.subject == f"account:{city.people['站长'].pk}"


def test_a_practice_copys_sheet_is_marked(city, settings):
    settings.TRAINING = True
    answer = client_of(city.people["站长"]).get("/excel/people/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.worksheets[0].title.startswith("练习-")
    assert book.worksheets[1].cell(1, 1).value.startswith("Practice copy")


def test_no_sheet_no_file_and_strangers_sign_in(city):
    assert client_of(city.people["站长"]).get("/excel/nothing/").status_code == 404
    answer = Client().get("/excel/people/")
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")


def test_a_private_number_stays_covered(city):
    with scoped(SYSTEM):
        Proposal.objects.create(
            premises=city.premises, entity=city.entity, area=world.OFFICE, what="contact", record=uuid4(), old="{}",
            new='{"name": "王店长", "phone": "13805330042"}', person=city.inspector, made_at=timezone.now(),
        )  # fmt: skip
    cells = str(rows_in(client_of(city.people["站长"]).get("/excel/corrections/")))
    assert "王店长" in cells and "13805330042" not in cells
