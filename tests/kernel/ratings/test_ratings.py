"""Ratings and return calls: once by the party, kept from the rated, called back by somebody else, counted by office."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.openers import closed_visit

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.evidence.seal import make_seal
from zhijian.kernel.figures import Period, compute, declared
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.notices.panel import hand_over
from zhijian.kernel.ratings import acts, calling, groups, rules
from zhijian.kernel.ratings.models import Draw, Rating, ReturnCall

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        _ = (made.head, made.inspector, made.second, made.person("文员", Role.CLERK, world.OFFICE))
        return made


@pytest.fixture
def visit(w: world.World) -> Matter:
    return closed_visit(w)


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def rate(w: world.World, matter: Matter, stars: int, words: str = "") -> Rating:
    with scoped(party_of(w.entity)) as party:
        return acts.rate(matter, stars, words, party)


def call_of(matter: Matter) -> ReturnCall:
    with scoped(SYSTEM):
        return ReturnCall.objects.select_related("matter", "rating").get(about=matter)


def step(w: world.World, who: str, matter: Matter, verb: str, at: dt.datetime | None = None, **facts: object) -> Matter:
    with scoped(w.actor(who)) as actor:
        return perform(matter, verb, actor, at=at, **facts)


def test_the_party_rates_once_and_changes_it_for_seven_days(w: world.World, visit: Matter) -> None:
    first = rate(w, visit, 4, "很规范")
    again = rate(w, visit, 5)
    assert (again.pk, again.stars, again.words) == (first.pk, 5, None)
    assert again.changed_at is not None
    last = acts.last_day(rules.CHANGE_WITHIN, first.rated_at)
    assert last == calendar.legal_day(first.rated_at) + dt.timedelta(days=7)
    with when.as_of(calendar.start_of(last + dt.timedelta(days=1))), pytest.raises(NotOpen, match=str(last)):
        rate(w, visit, 1)
    with scoped(SYSTEM):
        assert Rating.objects.get().stars == 5


def test_only_the_enterprise_concerned_rates_and_only_what_is_over(w: world.World, visit: Matter) -> None:
    with scoped(SYSTEM):
        other = world.Entity.objects.create(name="别家", area=world.OFFICE)
    for actor in (party_of(other), w.actor("甲"), w.actor("所长"), SYSTEM):
        with scoped(actor), pytest.raises((NotAllowed, NotOpen)):
            acts.rate(visit, 5, "", actor)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=visit.pk).update(state="rectifying", closed=None)
        visit = Matter.objects.get(pk=visit.pk)
    with pytest.raises(NotOpen):
        rate(w, visit, 5)
    with scoped(SYSTEM):
        assert not Rating.objects.exists()


def test_the_page_behind_the_link_asks_and_keeps_what_was_typed(w: world.World, visit: Matter) -> None:
    with scoped(SYSTEM):
        base = f"/p/{make_link(w.entity, visit)}/"
    client = Client()
    assert 'name="stars"' in client.get(base).content.decode()
    wrong = client.post(f"{base}rating/", {"words": "等了两个小时"})
    assert wrong.status_code == 422
    assert "等了两个小时" in wrong.content.decode()
    assert client.post(f"{base}rating/", {"stars": "2", "words": "等了两个小时"})["Location"] == base
    page = client.get(base).content.decode()
    assert "评了 2 星" in page and "等了两个小时" in page
    too_long = client.post(f"{base}rating/", {"stars": "2", "words": "长" * 1001})
    assert too_long.status_code == 422


def test_the_rated_officers_see_nothing_of_it_below_the_querysets(w: world.World, visit: Matter) -> None:
    """Not the row, not the call, not an entry, not a notice: whatever their posts are."""
    with scoped(SYSTEM):
        for name in ("甲", "乙"):
            w.person(name, Role.HEAD, world.OFFICE)
            w.person(name, Role.CLERK, world.OFFICE)
    rate(w, visit, 1, "态度不好")
    call = call_of(visit)
    for name in ("甲", "乙"):
        with scoped(w.actor(name)) as actor:
            assert not Rating.objects.exists()
            assert not groups.groups(actor, calendar.today().year)
            assert not Matter.objects.filter(kind="return_call").exists()
            assert calling.waiting(actor) == 0
            assert not ReturnCall.objects.filter(matter__kind="return_call").exists()
        client = client_of(w.people[name])
        assert client.get(f"/m/{call.matter.uid}/").status_code == 404
        for address in (
            f"/m/{visit.uid}/",
            f"/e/{w.entity.uid}/",
            "/ratings/",
            "/l/return_call/",
            "/",
            "/search/?q=清风",
        ):
            page = client.get(address).content.decode()
            assert "态度不好" not in page and "1 / 5" not in page, address
            assert str(call.matter.uid) not in page, address
    with scoped(SYSTEM):
        told = Notice.objects.filter(matter=call.matter, person__isnull=False)
        assert {one.person.name for one in told} == {"文员"}
        assert not LedgerEntry.objects.filter(kind__startswith="rating.", matter__isnull=False).exists()
    page = f"/m/{call.matter.uid}/"
    assert "态度不好" in client_of(w.people["文员"]).get(page).content.decode(), "who rings reads what was written"
    with scoped(SYSTEM):
        auditor = w.person("审计", Role.AUDITOR, world.OFFICE)
    assert "态度不好" not in client_of(auditor).get(page).content.decode()
    step(w, "文员", call.matter, "call", satisfied="not")
    assert "态度不好" not in client_of(w.people["文员"]).get(page).content.decode(), "for the call only"


def test_those_who_oversee_read_whole_blocks_and_never_one(w: world.World) -> None:
    """Four are none; the fifth brings all five at once, the next four nothing; a block that can change is not told."""
    clerk, year = client_of(w.people["文员"]), calendar.today().year
    given = [1, 5, 4, 3, 2, 5, 5, 5, 5]
    long_ago = calendar.start_of(calendar.today()) - dt.timedelta(days=9)

    def page() -> str:
        return clerk.get(f"/ratings/?year={long_ago.year}").content.decode()

    for n, stars in enumerate(given, start=1):
        rate(w, closed_visit(w), stars, f"第{n}家的话")
        with scoped(SYSTEM):
            newest = Rating.objects.latest("pk")
            Rating.objects.filter(pk=newest.pk).update(rated_at=long_ago + dt.timedelta(minutes=n))
        with scoped(w.actor("文员")) as actor:
            (group,) = groups.groups(actor, long_ago.year)
            told = groups.words_of(actor, long_ago.year, world.OFFICE, "inspection")
        assert (group.shown, group.waiting) == (n // 5 * 5, n - n // 5 * 5)
        assert group.stars == ((1, 1, 1, 1, 1) if n >= 5 else (0,) * 5)
        assert group.mean == (Decimal("3.0") if n >= 5 else None)
        assert {words for _stars, words in told} == {f"第{k}家的话" for k in range(1, n // 5 * 5 + 1)}
        assert ("3.0" in page()) == (n >= 5) and "清风" not in page()
    words = f"/ratings/{world.OFFICE}/inspection/?year={long_ago.year}"
    read = clerk.get(words).content.decode()
    assert "第5家的话" in read and "第6家的话" not in read and "清风" not in read
    assert client_of(w.second).get(words).status_code == 404, "not an inspector's"
    assert clerk.get(f"/ratings/370305001/inspection/?year={long_ago.year}").status_code == 404
    assert clerk.get(f"/ratings/{world.OFFICE}/nothing/").status_code == 404
    rate(w, closed_visit(w), 1)  # the tenth, which can be changed for seven days
    with scoped(w.actor("文员")) as actor:
        assert sum(one.shown for one in groups.groups(actor, long_ago.year)) == 5
        assert sum(one.waiting for y in {year, long_ago.year} for one in groups.groups(actor, y)) == 5
    assert clerk.get("/ratings/?year=1;DROP").context["year"] == year


@given(st.integers(0, 60), st.integers(1, 9))
def test_no_rating_is_the_difference_of_two_pages(count: int, minimum: int) -> None:
    """From one page to a later one either nothing is added, or a whole block at least."""
    step_up = rules.whole_blocks(count + 1, minimum) - rules.whole_blocks(count, minimum)
    assert step_up in (0, minimum)


def test_words_stand_sealed_in_the_table_and_beside_the_ledger(w: world.World, visit: Matter) -> None:
    rate(w, visit, 3, "可以更快")
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT words FROM ratings_rating")
        assert "可以更快".encode() not in bytes(cursor.fetchone()[0])
        entry = LedgerEntry.objects.get(kind="rating.given")
        assert (entry.data["stars"], entry.matter_id, entry.entity_id) == (3, None, None)
        assert "可以更快" not in str(entry.data)


def test_a_bad_rating_becomes_a_return_call_and_a_good_one_does_not(w: world.World, visit: Matter) -> None:
    rate(w, visit, 3)
    with scoped(SYSTEM):
        assert not ReturnCall.objects.exists()
    rate(w, visit, 2)
    rate(w, visit, 1)
    call = call_of(visit)
    assert (call.cause, call.rating.stars, call.matter.state) == ("bad", 1, "waiting")
    assert call.matter.entity_id is None, "it stands in no enterprise's file"
    assert "1" in client_of(w.people["文员"]).get("/").content.decode()


def test_the_rated_officer_is_never_the_caller(w: world.World, visit: Matter) -> None:
    """Even where he could see the matter: the guard says no by itself."""
    rate(w, visit, 1)
    call = call_of(visit)
    with scoped(SYSTEM):
        w.person("甲", Role.CLERK, world.OFFICE)
    from zhijian.kernel.ratings.flow import not_the_rated

    assert not not_the_rated(call.matter, call, w.actor("甲"), None)
    assert not_the_rated(call.matter, call, w.actor("文员"), None)
    with pytest.raises(Exception, match="没有"):
        step(w, "甲", call.matter, "call", satisfied="satisfied")


def test_it_is_tried_on_different_days_and_then_given_up(w: world.World, visit: Matter) -> None:
    rate(w, visit, 1)
    matter = call_of(visit).matter
    now = calendar.start_of(calendar.today()) + dt.timedelta(hours=1)
    with pytest.raises(NotOpen, match="0"):
        step(w, "文员", matter, "give_up")
    step(w, "文员", matter, "try", at=now, note="无人接听")
    with pytest.raises(NotOpen):
        step(w, "文员", matter, "try", at=now + dt.timedelta(hours=2))
    for days in (1, 2):
        step(w, "文员", matter, "try", at=now + dt.timedelta(days=days))
    assert call_of(visit).tries == 3
    assert step(w, "文员", matter, "give_up", at=now + dt.timedelta(days=2, hours=1)).state == "given_up"


def test_the_answer_is_kept_and_ends_the_call(w: world.World, visit: Matter) -> None:
    rate(w, visit, 1)
    matter = call_of(visit).matter
    done = client_of(w.people["文员"]).post(
        f"/m/{matter.uid}/call/", {"f-satisfied": "basically", "f-words": "后来处理好了", "version": matter.version}
    )
    assert done.status_code == 302
    call = call_of(visit)
    assert (call.satisfied, call.words, call.matter.state) == ("basically", "后来处理好了", "called")


def test_an_officer_is_told_the_mean_in_whole_blocks_only(w: world.World) -> None:
    month_ago = calendar.start_of(max(calendar.today() - dt.timedelta(days=30), dt.date(calendar.today().year, 1, 1)))
    settled = (calendar.today() - calendar.legal_day(month_ago)).days > 7
    stars = [5, 4, 5, 3, 5, 1, 1]
    for n, given_stars in enumerate(stars, 1):
        matter = closed_visit(w)
        with scoped(SYSTEM):
            Rating.objects.create(
                matter=matter, area=world.OFFICE, entity=w.entity, officer=w.inspector, stars=given_stars,
                rated_at=month_ago + dt.timedelta(minutes=n),
            )  # fmt: skip
        told = acts.mean_of(w.inspector.pk)
        assert told.count == (n // 5 * 5 if settled else 0)
        assert told.mean == (Decimal("4.4") if settled and n >= 5 else None)
    assert acts.mean_of(w.second.pk).mean is None


@given(st.lists(st.uuids().map(str), max_size=80), st.text("0123456789abcdef", min_size=8), st.integers(0, 100))
def test_a_draw_can_be_made_again(uids: list[str], seed: str, percent: int) -> None:
    drawn = rules.drawn(seed, uids, percent)
    assert drawn == rules.drawn(seed, list(reversed(uids)), percent), "the order in which they came does not matter"
    assert set(drawn) <= set(uids) and len(set(drawn)) == len(drawn)
    assert len(drawn) == (len(set(uids)) * percent + 50) // 100
    assert set(rules.drawn(seed, uids, max(percent - 10, 0))) <= set(drawn), "a smaller share is a part of a larger one"


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_whole_blocks_never_tell_a_part(count: int, minimum: int) -> None:
    told = rules.whole_blocks(count, minimum)
    assert told % minimum == 0 and 0 <= count - told < minimum


def test_the_sample_is_drawn_under_the_seal_and_holds(w: world.World, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = [closed_visit(w) for _ in range(10)]
    seal = make_seal(wait=5)
    with scoped(SYSTEM):
        draws = calling.draw_due()
        assert calling.draw_due() == [], "each seal once"
        draw = Draw.objects.get(pk=draws[0].pk)
        assert draw.seed == seal.digest
        assert draw.population == sorted(str(one.uid) for one in closed)
        assert len(draw.chosen) == 1 and draw.chosen == rules.drawn(seal.digest, draw.population, 10)
        assert calling.holds(draw)
        call = ReturnCall.objects.get()
        assert (call.cause, str(call.about.uid)) == ("sample", draw.chosen[0])
        draw.chosen = [str(closed[0].uid), str(closed[1].uid)]
        assert not calling.holds(draw), "another sample is found out"
        with pytest.raises(DatabaseError), transaction.atomic():
            draw.save()
    with scoped(SYSTEM):
        auditor = w.person("督察", Role.AUDITOR, world.CITY)
    assert seal.digest in client_of(auditor).get("/ratings/draws/").content.decode()
    assert seal.digest not in client_of(w.head).get("/ratings/draws/").content.decode()


def test_figures_are_counted_by_hand_and_open_their_records(w: world.World) -> None:
    for stars, answer in [(1, "satisfied"), (2, "not"), (1, "silent"), (5, ""), (4, "")]:
        matter = closed_visit(w)
        rate(w, matter, stars)
        if answer:
            step(w, "文员", call_of(matter).matter, "call", satisfied=answer)
    year = Period.named("this_month")

    def number(code: str, who: object = SYSTEM) -> str:
        return compute.value(declared()[code], year, world.OFFICE, who).text

    found = {code: number(code) for code in declared() if code.startswith(("ratings.", "returns."))}
    assert found == {
        "ratings.given": "5", "returns.closed": "5",
        "returns.called": "3", "returns.valid": "2", "returns.satisfied": "1", "returns.satisfaction_rate": "50.0",
        "returns.return_rate": "60.0",
    }  # fmt: skip
    assert number("ratings.given", w.actor("文员")) == "5"
    with scoped(SYSTEM):
        w.person("甲", Role.HEAD, world.OFFICE)
    assert number("ratings.given", w.actor("甲")) == "0", "his own work's are not among what he opens"
    clerk = client_of(w.people["文员"])
    assert "/figures/returns.satisfied/" in clerk.get("/figures/").content.decode()
    page = clerk.get("/figures/returns.satisfied/")
    assert page.status_code == 200 and len(page.context["lines"]) == 1
    assert client_of(w.second).get("/figures/returns.satisfied/").status_code == 404, "not an inspector's"
    assert "returns." not in client_of(w.second).get("/figures/").content.decode()


def test_a_link_that_one_of_the_rated_made_opens_all_but_the_rating(w: world.World, visit: Matter) -> None:
    """An officer who makes the link and opens it himself rates nobody; one that a colleague hands over does."""
    client = Client()
    with scoped(w.actor("甲")) as officer:
        own = hand_over(visit, officer).rstrip("/").rsplit("/", 1)[1]
    page = client.get(f"/p/{own}/").content.decode()
    assert "请用收到的短信评价" in page and 'name="stars"' not in page
    client.post(f"/p/{own}/rating/", {"stars": "5"})
    with scoped(SYSTEM):
        assert not Rating.objects.filter(matter=visit).exists()
    with scoped(w.actor("所长")) as head:
        other = hand_over(visit, head).rstrip("/").rsplit("/", 1)[1]
    client.post(f"/p/{other}/rating/", {"stars": "4"})
    with scoped(SYSTEM):
        assert Rating.objects.get(matter=visit).stars == 4
