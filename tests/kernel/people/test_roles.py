"""Helpers never sign; an auditor changes nothing anywhere; a partner department sees what waits for its own step."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from django.db import connection
from django.urls import get_resolver
from tests import world
from tests.kernel.people.conftest import entries, fresh, signed_in
from tests.openers import OPENERS
from tests.test_permissions import addresses, filled, table, things, usual

from zhijian.kernel.accounts import HEAD, PARTNER
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.middleware import OWN
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters import Facts, Flow, State, Step, long
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.errors import NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, offers, perform
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection import doubts
from zhijian.programmes.inspection.flow import INSPECTION

pytestmark = pytest.mark.django_db
RECORD = Path(__file__).parents[2] / "fixtures/record_inspection_1.json"


class Word(Facts):
    """What the department says."""

    word: Annotated[str, long("Your word")]


TOY = Flow(
    kind="toy_opinion",
    title="Opinion",
    numbered=False,
    states=[State("drafted", "Drafted"), State("asked", "Asked", tone="act"), State("given", "Given", final=True)],
    steps=[
        Step("draft", to="drafted", who=HEAD, label="Draft", said="Drafted", hidden=True),
        Step("ask", "drafted", "asked", who=HEAD, label="Ask the department", said="Asked"),
        Step("give", "asked", "given", who=PARTNER, label="Give the opinion", facts=Word, said="Opinion: {word}",
             likely=True, tells=HEAD),
        Step("take_back", "asked", "drafted", who=HEAD, label="Take back", said="Taken back"),
    ],
)  # fmt: skip


@pytest.fixture
def toy() -> Iterator[Flow]:
    """It gets no addresses: those stand already."""
    _ = get_resolver().url_patterns
    flows()[TOY.kind] = TOY
    for step in TOY.steps:
        ledger.entry_kind(TOY.entry_kind(step), label=step.said)
    yield TOY
    del flows()[TOY.kind]


@pytest.fixture
def opinion(w: world.World, toy: Flow) -> Matter:
    with scoped(SYSTEM):
        w.person("城管", Role.PARTNER, world.DISTRICT)
        w.person("邻区城管", Role.PARTNER, world.NEIGHBOUR)
        about = About("占道经营联合整治", world.OFFICE, w.entity, w.premises)
        return perform(toy, "draft", SYSTEM, about=about, at=dt.datetime.now(dt.UTC))


def rows_below(actor) -> int:
    """What the database itself lets through, without any filter of ours."""
    with scoped(actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM matters_matter")
        return cursor.fetchone()[0]


def test_a_partner_sees_a_matter_only_while_its_own_step_is_open(w, opinion, planned):
    partner = w.actor("城管")
    client = signed_in(w.people["城管"])
    assert rows_below(partner) == 0
    assert client.get(f"/m/{opinion.uid}/").status_code == 404
    with scoped(SYSTEM):
        perform(opinion, "ask", SYSTEM)
    assert rows_below(partner) == 1, "neither the planned visit nor anything else"
    assert rows_below(w.actor("邻区城管")) == 0
    assert opinion.title in client.get("/").content.decode()
    assert client.get(f"/m/{opinion.uid}/").status_code == 200
    assert client.get(f"/m/{planned.uid}/").status_code == 404
    assert signed_in(w.people["邻区城管"]).get(f"/m/{opinion.uid}/").status_code == 404
    with scoped(partner):
        opinion = Matter.objects.get(pk=opinion.pk)
        assert [offer.step.verb for offer in offers(opinion, partner)] == ["give"]
    answer = client.post(f"/m/{opinion.uid}/give/", {"f-word": "无意见"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert fresh(opinion).state == "given" and rows_below(partner) == 0
    (entry,) = entries(f"matter:{opinion.pk}", "toy_opinion.give")
    assert entry.actor_name == "城管"
    assert client.get(f"/m/{opinion.uid}/").status_code == 404


def order(matter: Matter) -> Paper:
    signed = json.loads(RECORD.read_text())["papers"]["signed"]["rectification_order"]
    with scoped(SYSTEM):
        return making.make("rectification_order", matter, signed, actor=SYSTEM)


def papers_below(actor) -> int:
    """What the database itself lets through, without any filter of ours."""
    with scoped(actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM papers_paper")
        return cursor.fetchone()[0]


def test_a_partner_reads_the_papers_of_a_matter_shared_with_it_and_no_others(w, opinion, planned):
    shared, foreign = order(opinion), order(planned)
    with scoped(SYSTEM):
        draft = making.draft("rectification_order", opinion, shared.data, actor=SYSTEM)
    partner, client = w.actor("城管"), signed_in(w.people["城管"])
    assert papers_below(partner) == 0
    assert client.get(f"/papers/{shared.uid}.pdf").status_code == 404, "it is not shared yet"
    with scoped(SYSTEM):
        perform(opinion, "ask", SYSTEM)
    assert papers_below(partner) == 1, "neither the draft nor another matter's"
    answer = client.get(f"/papers/{shared.uid}.pdf")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    page = client.get(f"/m/{opinion.uid}/").content.decode()
    assert f"/papers/{shared.uid}.pdf" in page
    assert "Not served yet" not in page, "how it was served is not told to it"
    for other in (foreign, draft):
        assert client.get(f"/papers/{other.uid}.pdf").status_code == 404
    neighbour = signed_in(w.people["邻区城管"])
    assert papers_below(w.actor("邻区城管")) == 0
    assert neighbour.get(f"/papers/{shared.uid}.pdf").status_code == 404
    with scoped(SYSTEM):
        perform(opinion, "take_back", SYSTEM)
    assert client.get(f"/papers/{shared.uid}.pdf").status_code == 404, "with the matter, its papers are out of sight"


def test_a_partner_changes_no_paper(w, opinion):
    shared = order(opinion)
    with scoped(SYSTEM):
        perform(opinion, "ask", SYSTEM)
    client = signed_in(w.people["城管"])
    assert client.post(f"/papers/{shared.uid}/void/", {"reason": "不要了"}).status_code == 403
    with scoped(w.actor("城管")):
        assert Paper.objects.filter(pk=shared.pk).update(void_reason="x") == 0
    assert fresh(shared).state == "issued"


def test_taken_back_means_out_of_sight(w, opinion):
    partner = w.actor("城管")
    with scoped(SYSTEM):
        perform(opinion, "ask", SYSTEM)
        perform(opinion, "take_back", SYSTEM)
    with scoped(partner):
        assert not readable(Matter.objects.all(), partner).exists()
        with pytest.raises(NotFound):
            perform(opinion, "give", partner, word="无意见")


def test_a_partner_can_change_nothing_behind_its_step(w, opinion):
    with scoped(SYSTEM):
        perform(opinion, "ask", SYSTEM)
    with scoped(w.actor("城管")):
        assert not LedgerEntry.objects.exists(), "its view is the matter alone"
        with pytest.raises(Exception, match="row-level security"):
            Matter.objects.filter(pk=opinion.pk).update(title="别的")


def test_a_helper_is_never_one_of_the_two_officers(w):
    with scoped(SYSTEM):
        helper = w.person("协管", Role.HELPER, world.OFFICE, "假-001")
        about = About("清风小馆", world.OFFICE, w.entity, w.premises)
        told = {"planned_for": world.in_days(3), "assignee": w.inspector.pk, "second": helper.pk}
        with pytest.raises(NotOpen):
            perform(INSPECTION, "plan", SYSTEM, about=about, **told)
        expired = w.person("过期", Role.INSPECTOR, world.OFFICE, "鲁C-020", until=world.in_days(2))
        with pytest.raises(NotOpen):
            perform(INSPECTION, "plan", SYSTEM, about=about, **(told | {"second": expired.pk}))
        told_by_phone = type("R", (), {})()
        officers = [type("O", (), {"id": p.pk, "name": p.name}) for p in (w.inspector, helper, expired)]
        told_by_phone.digest = "0" * 64
        told_by_phone.content = type("C", (), {"inspectors": officers, "mode": "full", "hindered": None})
        found = {(one["code"], one["name"]) for one in doubts.of_officers(told_by_phone, world.in_days(5))}
    assert found == {("certificate_expired", "过期"), ("helper_signed", "协管")}


def test_an_auditor_changes_nothing_at_any_address(w):
    with scoped(SYSTEM):
        known = things(w)
        auditor = w.person("督察员", Role.AUDITOR, world.OFFICE)
    client = signed_in(auditor)
    listed, wrong = table(), []
    for route in addresses():
        args = listed.get(route, {}).get("args") or usual(route)
        address = filled(route, args, known)
        if address in OWN:
            continue
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            status = client.generic(method, address).status_code
            if status != 403:
                wrong.append((method, address, status))
    assert not wrong


def test_a_partner_has_no_register(w, opinion):
    with scoped(SYSTEM):
        perform(opinion, "ask", SYSTEM)
    client = signed_in(w.people["城管"])
    for path in (
        "/search/?q=清风", f"/e/{w.entity.uid}/", "/l/inspection/", "/l/inspection/export/", "/l/inspection/board/",
        "/map/", f"/private/contact/{w.premises.uid}/",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    page = client.get(f"/m/{opinion.uid}/").content.decode()
    assert f"/e/{w.entity.uid}/" not in page and 'action="/search/"' not in page
    assert w.entity.name in page, "whom it is about is told"
    with scoped(SYSTEM):
        w.person("城管", Role.CLERK, world.OFFICE)
    assert client.get("/search/?q=清风").status_code == 200, "who is the bureau's, too, searches"


# Doors of everybody, or of whoever holds a link.
DOORS = ("/api/", "/v/", "/p/", "/my/", "/t/", "/c/", "/station/")


def test_an_auditor_finds_no_button_that_he_may_not_press(w):
    with scoped(SYSTEM):
        known = things(w)
        client = signed_in(w.person("督察员", Role.AUDITOR, world.OFFICE))
    listed, wrong, read = table(), [], 0
    for route in addresses():
        address = filled(route, listed.get(route, {}).get("args") or usual(route), known)
        if address in OWN or address.startswith(DOORS):
            continue
        answer = client.get(address)
        if answer.status_code == 200 and not answer.streaming and answer["Content-Type"].startswith("text/html"):
            read += 1
            main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
            forms = re.findall(r'<form[^>]*method="post".*?</form>', main, re.DOTALL)
            wrong += [(route, button) for form in forms for button in re.findall("<button[^>]*>", form)]
    assert read > 40
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("path", [
    "/papers/numbers/", "/papers/requests/", "/papers/blanks/", "/papers/waiting/", "/exchange/back/",
])  # fmt: skip
def test_an_auditor_reads_what_the_office_keeps(w, path):
    assert signed_in(w.people["督察"]).get(path).status_code == 200
    assert signed_in(w.inspector).get(path).status_code == 404


@pytest.mark.parametrize("path", [
    "/corrections/", "/duplicates/", "/doors/", "/doors/runs/", "/slots/", "/papers/templates/", "/notices/robots/",
    f"/notices/robots/{world.OFFICE}/",
])  # fmt: skip
def test_an_auditor_reads_what_the_desk_works_on(w, path):
    assert signed_in(w.people["督察"]).get(path, follow=True).status_code == 200
    with scoped(SYSTEM):
        neighbour = w.person("邻督察", Role.AUDITOR, world.NEIGHBOUR)
    if world.OFFICE in path:
        assert signed_in(neighbour).get(path).status_code == 404


def test_what_an_auditor_looks_at_is_in_the_ledger_once_a_day(w, planned):
    with scoped(SYSTEM):
        paper = order(planned)
    client = signed_in(w.people["督察"])
    for _twice in range(2):
        assert client.get(f"/m/{planned.uid}/").status_code == 200
        assert client.get(f"/people/{w.inspector.pk}/").status_code == 200
        assert client.get(f"/papers/{paper.uid}.pdf").status_code == 200
    page, pdf = entries(f"matter:{planned.pk}", "audit.looked")
    assert (page.actor_name, page.data["what"]) == ("督察", planned.number)
    assert paper.number in pdf.data["what"]
    (person,) = entries(f"account:{w.inspector.pk}", "audit.looked")
    assert person.data["what"] == "甲"
    assert signed_in(w.head).get(f"/m/{planned.uid}/").status_code == 200
    assert len(entries(f"matter:{planned.pk}", "audit.looked")) == 2, "a head's reading is his work"


def test_a_helper_reads_the_visits_of_his_office_and_does_nothing(w, planned):
    with scoped(SYSTEM):
        w.person("协管", Role.HELPER, world.OFFICE)
        w.person("邻协管", Role.HELPER, world.SISTER)
    client = signed_in(w.people["协管"])
    assert client.get(f"/m/{planned.uid}/").status_code == 200
    assert planned.title in client.get("/l/inspection/").content.decode()
    assert offers(planned, w.actor("协管")) == []
    assert client.post(f"/m/{planned.uid}/cancel/", {"f-reason": "不去了"}).status_code == 403
    assert signed_in(w.people["邻协管"]).get(f"/m/{planned.uid}/").status_code == 404


def test_a_clue_is_passed_on_to_another_department_which_takes_it_or_gives_it_back(w):
    lead = OPENERS["lead"](w)
    with scoped(SYSTEM):
        w.person("城管", Role.PARTNER, world.DISTRICT)
        clock = Clock.objects.get(matter=lead)
    client, head = signed_in(w.people["城管"]), signed_in(w.head)
    assert client.get(f"/m/{lead.uid}/").status_code == 404
    assert head.post(f"/m/{lead.uid}/pass_on/", {"f-reason": "占道经营，属城市管理部门管辖"}).status_code == 302
    assert lead.title in client.get("/").content.decode()
    assert client.get(f"/m/{lead.uid}/").status_code == 200
    assert fresh(clock).suspended, "the bureau's time to decide stands still while it is with others"
    assert client.post(f"/m/{lead.uid}/give_back/", {"f-reason": "不属本部门"}).status_code == 302
    assert not fresh(clock).suspended and client.get(f"/m/{lead.uid}/").status_code == 404
    assert head.post(f"/m/{lead.uid}/pass_on/", {"f-reason": "复核后仍属城管"}).status_code == 302
    assert client.post(f"/m/{lead.uid}/take/").status_code == 302
    assert (fresh(lead).state, fresh(clock).open) == ("taken", False)
    assert client.post(f"/m/{lead.uid}/take/").status_code == 404


def test_what_was_done_in_a_matter_is_told_on_the_file_only_to_those_who_read_the_matter(w, planned):
    """An administrator keeps the house: the file's own history is his, what officers did in a matter is not."""
    address = f"/e/{w.entity.uid}/"
    with scoped(w.actor("所长")) as head:
        perform(planned, "cancel", head, reason="店已关门")
    assert "店已关门" in signed_in(w.head).get(address).content.decode()
    admin = signed_in(w.people["管理员"])
    page = admin.get(address).content.decode()
    assert w.entity.name in page and "店已关门" not in page
    assert admin.get(f"/m/{planned.uid}/").status_code == 404


def test_whose_post_is_over_by_then_is_not_planned_for_that_day(w):
    with scoped(SYSTEM):
        w.second
        lent = w.person("借调", Role.INSPECTOR, world.OFFICE, "鲁C-021")
        lent.posts.update(until=world.in_days(3), loan=True)
        about = About("清风小馆", world.OFFICE, w.entity, w.premises)
        told = {"assignee": w.inspector.pk, "second": lent.pk}
        with pytest.raises(NotOpen, match="借调"):
            perform(INSPECTION, "plan", SYSTEM, about=about, planned_for=world.in_days(4), **told)
        perform(INSPECTION, "plan", SYSTEM, about=about, planned_for=world.in_days(3), **told)


def test_no_link_of_a_partners_pages_leads_where_it_may_not_go(w):
    with scoped(SYSTEM):
        w.person("城管", Role.PARTNER, world.DISTRICT)
    lead = OPENERS["lead"](w)
    with scoped(w.actor("所长")) as head:
        perform(lead, "pass_on", head, reason="属城管职责")
    partner = signed_in(w.people["城管"])
    for address in ("/", f"/m/{lead.uid}/", f"/m/{lead.uid}/take/"):
        page = partner.get(address).content.decode()
        links = set(re.findall(r'<a [^>]*href="(/[^"#]*)', page)) - {"/"}
        assert links and not [link for link in sorted(links) if partner.get(link).status_code == 404], address
    shown = partner.get(f"/m/{lead.uid}/").content.decode()
    assert "Proposals to investigate" in shown, "what it is stands there all the same"
    assert 'href="/l/lead/"' in signed_in(w.head).get(f"/m/{lead.uid}/").content.decode()
