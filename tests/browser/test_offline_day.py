"""A whole day without network: the phone is killed at any moment, and in the evening all of it arrives once.

SEED=… repeats a run: it chooses what is killed in the middle, and after how many milliseconds.
"""

from __future__ import annotations

import os
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route, expect
from tests.browser.conftest import DURABLE_S, OFFICE, Handset, Site
from tests.browser.steps import PIN, enrol, photo_file, sign, sync_until, unanswered

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.programmes.inspection.flow import INSPECTION
from zhijian.programmes.inspection.models import Answer, Checklist, Inspection

VISITS = 12 if os.environ.get("ZHIJIAN_LONG") else 3
PREMISES, TASKS = 1_000, 40  # what a phone takes at most
SEED = int(os.environ.get("SEED", random.randrange(10**6)))

TRADES = [
    "food_stall", "agri_produce_seller", "product_seller", "cosmetics_seller", "small_workshop", "device_user",
    "product_maker", "market", "small_catering", "drug_retail", "metrology_user", "restaurant",
]  # fmt: skip
MOMENTS = ("photo", "signature", "submit", "between")


@dataclass
class Stop:
    """One shop of the day, and what the inspector saw on his phone of what was signed there."""

    task: Matter
    premises: Premises
    refuses: bool = False
    digests: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)


def plan(site: Site, how_many: int) -> list[Stop]:
    """Visits for today to shops of different trades, all of them of one inspector, among all the shops of a patch."""
    neighbours(PREMISES - how_many)
    with scoped(SYSTEM):
        zhao, qian = (Person.objects.get(username=name) for name in ("zhao", "qian"))
        made = []
        for n in range(how_many):
            trade = TRADES[n % len(TRADES)]
            entity = Entity.objects.create(
                scheme="uscc", code=f"91370303MA3C{n:06d}", name=f"淄博第{n + 1}商贸有限公司", area=OFFICE,
                representative="王清", phone="05332180000",
            )  # fmt: skip
            premises = Premises.objects.create(
                entity=entity, name=f"第{n + 1}店", address=f"水晶街 {n + 1} 号", area=OFFICE, trade=trade,
                lat="36.781000", lon="118.054000",
            )  # fmt: skip
            task = perform(
                INSPECTION, "plan", SYSTEM, about=About(premises.name, premises.area, entity, premises),
                planned_for=calendar.today(), assignee=zhao.pk, second=qian.pk,
                checklist=Checklist.objects.filter(applies__contains=[trade]).latest("since", "version").pk,
            )  # fmt: skip
            made.append(Stop(task, premises, refuses=n == 1))
    return made


def neighbours(how_many: int) -> None:
    """The other shops of the office's patch, each with its licence, that nobody visits today."""
    numbers = range(100_001, 100_001 + how_many)
    with scoped(SYSTEM):
        entities = Entity.objects.bulk_create(
            Entity(
                scheme="uscc", code=f"92370303MA3D{n}", name=f"张店区第{n}号商行", area=OFFICE, representative="李安",
                phone="05332180001",
            )
            for n in numbers
        )  # fmt: skip
        shops = Premises.objects.bulk_create(
            Premises(
                entity=entity, name=f"第{n}号店", address=f"华光路 {n} 号", area=OFFICE, trade=TRADES[n % len(TRADES)],
                lat=f"36.{780000 + n % 1000 * 17}", lon=f"118.{40000 + n % 977 * 23:06d}",
            )
            for n, entity in zip(numbers, entities, strict=True)
        )  # fmt: skip
        Licence.objects.bulk_create(
            Licence(entity=shop.entity, premises=shop, kind="food", number=f"JY237030{n:08d}")
            for n, shop in zip(numbers, shops, strict=True)
        )


class Killer:
    """Kills the phone while the inspector's thumb is on it, so many milliseconds after it was told to."""

    def __init__(self, handset: Handset, dice: random.Random) -> None:
        self.handset, self.dice = handset, dice
        self.waits: dict[str, int] = {}
        self.shot: threading.Timer | None = None
        self.at = 0.0
        self.deaths = 0

    def told(self, moment: str) -> None:
        """The next time that somebody comes to this moment, he does not come through."""
        self.waits = {moment: self.dice.randint(0, 250)}

    def comes(self, moment: str) -> None:
        """This moment begins now."""
        wait = self.waits.pop(moment, None)
        if wait is not None:
            self.shot = threading.Timer(wait / 1000, self._strike)
            self.shot.start()

    def settled(self) -> int:
        """How often it was killed so far, once nothing is in the air any more."""
        if self.shot:
            self.shot.join()
        return self.deaths

    def _strike(self) -> None:
        self.at = time.monotonic()
        self.handset.strike()
        self.deaths += 1


class Inspector:
    """Does what the screen asks for; when the phone dies he opens it again and goes on where it stands."""

    def __init__(self, phone: Page, handset: Handset, site: Site, killer: Killer, folder: Path) -> None:
        self.phone, self.handset, self.site, self.killer, self.folder = phone, handset, site, killer, folder
        self.done: list[tuple[float, str]] = []

    def visit(self, stop: Stop, n: int) -> None:
        """One shop, from the task to the outbox, whatever happens to the phone."""
        self.done = []
        self.killer.told(MOMENTS[n % len(MOMENTS)])
        for _ in range(3):
            deaths = self.killer.deaths
            try:
                self._go_on(stop)
                if self.killer.settled() == deaths:
                    return
            except (Error, AssertionError):
                if self.killer.settled() == deaths:
                    raise
            self.again(stop)
        raise AssertionError("it was killed once and does not come to an end")

    def again(self, stop: Stop) -> None:
        """Open what was killed; nothing that had been kept is missing."""
        self.handset.kill()
        self.phone = self.handset.start()
        open_app(self.phone, self.site)
        draft = self.phone.locator('[data-testid^="draft-"]', has_text=stop.premises.name)
        if not draft.count():
            return
        draft.click()
        self.phone.locator("[data-testid=check], [data-testid=review], [data-testid=sign]").wait_for()
        if self.phone.get_by_test_id("check").count():
            for at, item in self.done:
                if at < self.killer.at - DURABLE_S:
                    kept = self.phone.get_by_test_id(item).get_attribute("data-answer")
                    assert kept, f"{item} was answered and is lost"

    def _go_on(self, stop: Stop) -> None:
        phone = self.phone
        screens = "[data-testid=check], [data-testid=review], [data-testid=sign], [data-testid=done]"
        while not phone.get_by_test_id("done").count():
            if not phone.locator(screens).count() and not self._open(stop):
                return
            if phone.get_by_test_id("check").count():
                self._check(stop)
            elif phone.get_by_test_id("review").count():
                self._review()
            elif phone.get_by_test_id("sign").count():
                self._sign(stop)
        expect(phone.get_by_test_id("kept")).to_be_visible()
        phone.get_by_test_id("to-today").click()
        expect(phone.get_by_test_id("scan-open")).to_be_visible()

    def _open(self, stop: Stop) -> bool:
        """From the list of today; false when the shop lies in the outbox already."""
        phone = self.phone
        expect(phone.get_by_test_id("scan-open")).to_be_visible()
        draft = phone.locator('[data-testid^="draft-"]', has_text=stop.premises.name)
        task = phone.get_by_test_id(f"task-{stop.task.uid}")
        phone.locator(".list .entry, .empty").first.wait_for()
        if draft.count():
            draft.click()
        elif task.count():
            task.click()
            phone.get_by_test_id("start").click()
        else:
            return False
        phone.locator("[data-testid=check], [data-testid=review], [data-testid=sign]").wait_for()
        return True

    def _check(self, stop: Stop) -> None:
        phone = self.phone
        first = phone.locator('[data-testid^="item-"]').first
        no = first.get_attribute("data-testid") or ""
        if first.get_attribute("data-answer") != "no":
            self._tap(no, "no")
        if not first.get_by_test_id("note-input").input_value():
            first.get_by_test_id("note-input").fill("与要求不符")
        if not first.get_by_test_id("photo").count():
            photo = photo_file(self.folder, f"{stop.task.uid}.jpg", stop.task.pk)
            if first.get_by_test_id("photo-more").count():
                first.get_by_test_id("photo-more").click()
            self.killer.comes("photo")
            first.get_by_test_id("photo-input").set_input_files(str(photo))
            expect(first.get_by_test_id("photo")).to_have_count(1)
        for testid in unanswered(phone):
            item = phone.get_by_test_id(testid)
            for measured in item.get_by_test_id("value-input").all():
                measured.fill(allowed(stop, testid, measured.get_attribute("data-of") or ""))
                measured.blur()
            self.killer.comes("between")
            if item.get_attribute("data-answer") != "yes":
                self._tap(testid, "yes")
        self._arrival()
        phone.get_by_test_id("next-open").click()
        expect(phone.get_by_test_id("review")).to_be_visible()

    def _arrival(self) -> None:
        """Who is there and what he was told, as far as the phone does not know it."""
        phone = self.phone
        if not phone.get_by_test_id("present-name").is_visible():
            phone.locator(".arrival summary").click()
        for tick in ("informed-cards", "informed-rights"):
            phone.get_by_test_id(tick).check()
        for name, text in (("present-name", "王清"), ("present-role", "店长")):
            if phone.get_by_test_id(name).input_value() != text:
                phone.get_by_test_id(name).fill(text)

    def _tap(self, item: str, value: str) -> None:
        card = self.phone.get_by_test_id(item)
        card.get_by_test_id(f"answer-{value}").click()
        expect(card).to_have_attribute("data-answer", value)
        self.done.append((time.monotonic(), item))

    def _review(self) -> None:
        phone = self.phone
        self._arrival()  # what was typed in the last moment before a kill is asked here once more
        if phone.get_by_test_id("second").input_value() == "":
            phone.get_by_test_id("second").select_option(index=1)
        phone.get_by_test_id("to-sign").click()
        expect(phone.get_by_test_id("sign")).to_be_visible()

    def _sign(self, stop: Stop) -> None:
        phone = self.phone
        if stop.refuses and phone.get_by_test_id("refuse").count():
            phone.get_by_test_id("refuse").click()
            phone.get_by_test_id("refuse-reason").fill("对检查结果有异议")
            phone.get_by_test_id("refuse-witness").fill("周见证")
            phone.get_by_test_id("refuse-confirm").click()
            expect(phone.get_by_test_id("refused")).to_be_visible()
        for who in (["witness"] if stop.refuses else ["party"]) + ["inspector1", "inspector2"]:
            self.killer.comes("signature")
            sign(phone, who)
        for paper in phone.locator('article[data-testid^="paper-"]').all():
            kind = (paper.get_attribute("data-testid") or "").removeprefix("paper-")
            stop.numbers[kind] = paper.get_by_test_id("paper-number").inner_text()
            stop.digests[kind] = paper.get_by_test_id("digest").inner_text()
        self.killer.comes("submit")
        phone.get_by_test_id("submit").click()
        expect(phone.get_by_test_id("done")).to_be_visible()


def allowed(stop: Stop, testid: str, of: str) -> str:
    """A measured value that the item's own limits allow."""
    with scoped(SYSTEM):
        wanted = Inspection.objects.get(pk=stop.task.pk).checklist.items[testid.removeprefix("item-")]["answer"]  # type: ignore[union-attr]
    limit = next((limit for limit in wanted.get("limits", []) if limit["of"] == of), wanted)
    return str(limit.get("min") or limit.get("max") or "1")


def open_app(phone: Page, site: Site) -> None:
    """The app, whatever page it was killed on, at the list of today."""
    phone.goto(f"{site.url}/field/#/today")
    phone.get_by_test_id("pin-input").fill(PIN)
    expect(phone.get_by_test_id("scan-open")).to_be_visible(timeout=20_000)
    phone.locator(".list .entry, .empty").first.wait_for()


def kept(phone: Page) -> int:
    """How many premises the phone holds."""
    return int(
        phone.evaluate("""async () => {
        const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name !== 'zhijian-field');
        const db = await new Promise((go, fail) => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => go(asked.result);
            asked.onerror = () => fail(asked.error);
        });
        const asked = db.transaction('premises').objectStore('premises').count();
        const n = await new Promise((go) => (asked.onsuccess = () => go(asked.result)));
        db.close();
        return n;
    }""")
    )


def lose_an_answer(phone: Page) -> Callable[[], bool]:
    """The first record arrives, and the phone never hears of it; what is returned tells whether that has happened."""
    lost: list[str] = []

    def route(to: Route) -> None:
        if to.request.method == "PUT" and not lost:
            lost.append(to.request.url)
            to.fetch()
            to.abort()
        else:
            to.continue_()

    phone.context.route("**/api/field/v1/records/*", route)
    return lambda: bool(lost)


def send(phone: Page, handset: Handset, site: Site, visits: int) -> Page:
    """In the evening: an answer is lost, the network goes in the middle, the phone is killed, and it all arrives."""
    answer_lost = lose_an_answer(phone)
    handset.cut(False)
    sent = phone.locator('[data-testid^="sent-item-"]')
    phone.goto(f"{site.url}/field/#/outbox")
    for _ in range(60):
        if answer_lost() and sent.count():
            break
        if phone.get_by_test_id("outbox-send").is_enabled():
            phone.get_by_test_id("outbox-send").click()
        phone.wait_for_timeout(250)
    assert answer_lost() and sent.count()
    handset.cut(True)
    handset.kill()
    handset.offline = False
    phone = handset.start()
    open_app(phone, site)
    expect(phone.get_by_test_id("outbox-button")).to_have_text(re.compile(r"(?<!\d)0(?!\d)"), timeout=120_000)
    phone.get_by_test_id("outbox-button").click()
    expect(phone.locator('[data-testid^="sent-item-"]')).to_have_count(visits, timeout=30_000)
    return phone


def arrived(stop: Stop) -> None:
    """The visit is there once, whole, and is what was signed."""
    visit = Inspection.objects.get(pk=stop.task.pk)
    stop.task.refresh_from_db()
    assert Matter.objects.filter(kind="inspection", premises=stop.premises).count() == 1
    assert stop.task.flags == []
    items = set(visit.checklist.items)  # type: ignore[union-attr]
    assert set(Answer.objects.filter(inspection=visit).values_list("item", flat=True)) == items
    photo = File.objects.get(matter=stop.task, kind="photo", original=None)
    assert photo.blob_id == photo.expected
    papers = {paper.kind: paper for paper in Paper.objects.filter(matter__in=[stop.task.pk, *children(stop.task)])}
    assert {kind: paper.number for kind, paper in papers.items()} == stop.numbers
    for kind, paper in papers.items():
        assert paper.data["record"]["digest"] == stop.digests[kind], "it is the very text that was signed"
        assert bool(paper.data["refused"]) == stop.refuses


def children(matter: Matter) -> list[int]:
    return list(Matter.objects.filter(parent=matter).values_list("pk", flat=True))


@pytest.mark.slow
def test_a_day_without_network(site: Site, desk: Page, handset: Handset, tmp_path: Path) -> None:
    print(f"SEED={SEED}")
    dice = random.Random(SEED)
    stops = plan(site, TASKS)
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    sync_until(phone, phone.get_by_test_id(f"task-{stops[-1].task.uid}"))
    expect(phone.locator('[data-testid^="task-"]')).to_have_count(TASKS)
    assert kept(phone) == PREMISES + 1, "the whole patch is on the phone, with the demo office's own shop"

    handset.cut(True)
    killer = Killer(handset, dice)
    inspector = Inspector(phone, handset, site, killer, tmp_path)
    for n, stop in enumerate(stops[:VISITS]):
        inspector.visit(stop, n)
    assert killer.deaths >= VISITS - 1, "it was killed, most of the times that it was meant to be"
    expect(inspector.phone.get_by_test_id("outbox-button")).to_have_text(
        re.compile(rf"(?<!\d){VISITS}(?!\d)"), timeout=30_000
    )
    send(inspector.phone, handset, site, VISITS)

    with scoped(SYSTEM):
        for stop in stops[:VISITS]:
            arrived(stop)
        numbers = [number for stop in stops[:VISITS] for number in stop.numbers.values()]
        assert len(set(numbers)) == len(numbers), "no number twice"
        assert Paper.objects.count() == len(numbers)
