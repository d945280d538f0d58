"""Orders taken together are what they would be one by one, in every row of every table; nothing is lost or twice."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.gateways.open311.conftest import OTHER, Platform, order, taken

from zhijian.gateways.open311 import inbox
from zhijian.gateways.open311.models import Request
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.crypto import open_text
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import verify
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.exchange import arriving
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice
from zhijian.programmes.complaints import orders
from zhijian.programmes.complaints.models import Order, Trace

# What is made anew for each row, or when it was made: it can't be the same twice.
OWN = {"uid", "sha256", "sm3", "salt", "sealed", "token"}
OWN_TIMES = {"received", "changed", "made_at", "sent_at", "first_at", "last_at", "last_used"}
QUEUE = "procrastinate"  # one job does for all what each had one for


def varied(n: int) -> list[dict[str, Any]]:
    """Orders of every kind that comes, usual and not, in the order in which they come."""
    dice, told = random.Random(311), []
    for k in range(n):
        one = order(
            external_id=f"V-{k:03d}", service_code=dice.choice(["P04", "R01", "enquiry", "praise"]),
            description=f"第{k}件：" + dice.choice(["吃出头发", "缺斤短两，要求退款 58 元", "过期食品\n还在卖"]),
            address_string=dice.choice(["张店区水晶街1号", "某路", "临淄区桓公路5号"]),
            phone=dice.choice(["13805331234", "", "0533-2180000", "不详"]), first_name=dice.choice(["小明", ""]),
        )  # fmt: skip
        if one["service_code"] not in ("P04", "R01"):
            one = {name: value for name, value in one.items() if not name.startswith("attribute")}
        if dice.random() < 0.3:
            one |= {"lat": "36.78", "long": "118.05", "address_string": "36.78, 118.05"}
        told.append(one)
    told[7]["description"] += "，12345 工单编号 V-0030000000003"  # names no order
    told[9]["description"] += "，我们的投诉2026淄博第00001号，张市监〔2026〕1号"
    told[11]["media_url"] = "https://pictures.example/1.jpg"
    return told


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        for name, role, area in (
            ("市中心", Role.DISPATCHER, world.CITY), ("区中心", Role.DISPATCHER, world.DISTRICT),
            ("区中心二", Role.DISPATCHER, world.DISTRICT),
        ):  # fmt: skip
            made.person(name, role, area)
        return made


def everything() -> dict[str, list[str]]:
    """Every row of every table of ours, in words that do not depend on ids, digests and the moment of writing."""
    with scoped(SYSTEM):
        numbers = dict(Order.objects.values_list("matter", "number"))
        rows = {
            model._meta.label: sorted(_plain(row, numbers) for row in model._default_manager.all())
            for model in apps.get_models()
            if QUEUE not in model._meta.app_label and not model._meta.proxy and model._meta.managed
        }
    return {label: some for label, some in rows.items() if some}


def _plain(row: models.Model, numbers: dict[int, str]) -> str:
    told = {}
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        if field.name in OWN | OWN_TIMES or (field.primary_key and not field.is_relation):
            continue
        if field.is_relation and field.related_model is Matter and value is not None:
            value = numbers[value]
        elif field.is_relation and field.related_model is LedgerEntry:
            entry = LedgerEntry.objects.get(pk=value)
            value = (entry.kind, numbers.get(entry.matter_id or 0))
        elif field.is_relation and field.related_model is Request:
            value = Request.objects.get(pk=value).number
        told[field.name] = value
    if isinstance(row, Matter):
        told["number"], told["order"] = re.sub(r"\d+(?=\D*$)", "n", row.number), numbers.get(row.pk)
    if hasattr(row, "sealed"):
        told["sealed"] = open_text(row.sealed)
    if isinstance(row, LedgerEntry) and row.kind == "exchange.taken":
        told["at"] = "when it was taken"
    text = repr(sorted(told.items(), key=lambda one: one[0]))
    if isinstance(row, LedgerEntry):  # salted digests of what is sealed; the subject is the matter's id
        text = re.sub(r"'digest': '[0-9a-f]{64}'", "'digest': …", text.replace(f"'{row.subject}'", "its own"))
    if isinstance(row, Notice):
        text = re.sub(r"(\d+)(?=:\d+:arrive)", "id", re.sub(r"'number': '[^']*'", "'number': …", text))
    return text


def one_by_one() -> None:
    with scoped(SYSTEM):
        for one in Request.objects.filter(state=Request.State.WAITING).order_by("pk"):
            inbox.take(one)


def given(there: Platform, told: list[dict[str, Any]]) -> None:
    for one in told:
        answer = there.post(**one)
        assert answer.status_code == 200, (one, answer.content.decode())


def test_together_is_one_by_one_in_every_row_of_every_table(w, monkeypatch):
    there, told = Platform(), varied(50)
    given(there, told)
    with scoped(SYSTEM):
        Request.objects.update(received=Request.objects.order_by("pk").first().received)
    before = connection.savepoint()
    one_by_one()
    theirs = everything()
    connection.savepoint_rollback(before)
    with monkeypatch.context() as patched:
        alone: list[str] = []
        whole = inbox.take
        patched.setattr(inbox, "take", lambda one: (alone.append(one.number), whole(one)))
        assert inbox._take_some() == 50
    ours = everything()
    assert sorted(alone) == ["V-009", "V-011"], "what is unusual goes alone"
    assert theirs.keys() == ours.keys()
    for label, rows in theirs.items():
        assert ours[label] == rows, label
    assert len(ours["complaints.Order"]) == 50 and len(ours["notices.Notice"]) >= 50
    with scoped(SYSTEM):
        assert list(verify.chains(verify.Count())) == []
        numbers = list(Matter.objects.values_list("kind", "number"))
    assert len(set(numbers)) == len(numbers) == 50


def test_what_is_unusual_falls_out_and_holds_up_nobody(w, monkeypatch):
    there, other = Platform(), Platform(OTHER)
    given(other, [order(external_id="SP20261130000001")])
    inbox.take_waiting(quiet=0)
    given(there, [
        order(external_id="A"), order(external_id="PAIRED", description="12315编号 SP20261130000001，请并办"),
        order(external_id="BAD"), order(external_id="NAMED2026113000", description="甲"),
        order(external_id="NAMES", description="同 NAMED2026113000"),
    ])  # fmt: skip
    bad = Request.objects.get(number="BAD")
    bad.body = '{"received_at": "3026-01-01T10:00:00+08:00", "text": "x"}'
    bad.save()
    assert inbox.take_waiting(quiet=0) == 5
    assert taken("PAIRED").pk == taken("SP20261130000001").pk, "one matter, two numbers"
    assert {taken(one).kind for one in ("A", "NAMED2026113000", "NAMES")} == {"complaint"}
    bad.refresh_from_db()
    assert bad.state == Request.State.UNFIT and bad.why
    there.give(external_id="AGAIN")
    inbox.take_waiting(quiet=0)
    Request.objects.filter(number="AGAIN").update(state=Request.State.WAITING)
    inbox.take_waiting(quiet=0)
    with scoped(SYSTEM):
        assert Order.objects.filter(number="AGAIN").count() == 1, "what came before is no second order"


def test_where_they_cannot_be_written_together_each_is_taken_by_itself(w, monkeypatch):
    there = Platform()
    given(there, [order(external_id=f"A{n}") for n in range(3)])

    def broken(rows: Any) -> Any:
        connection.cursor().execute("SELECT 1 / 0")

    monkeypatch.setattr(orders, "insert_all", broken)
    assert inbox.take_waiting(quiet=0) == 3
    with scoped(SYSTEM):
        assert Order.objects.count() == Matter.objects.count() == Trace.objects.count() == 3


def test_many_ask_hardly_more_than_few(w):
    there = Platform()

    def asked(n: int, name: str) -> int:
        given(there, [order(external_id=f"{name}{k}") for k in range(n)])
        with CaptureQueriesContext(connection) as found:
            inbox.take_waiting(quiet=0)
        return len(found)

    few = asked(2, "F")
    assert asked(40, "M") <= few + 2 and few < 80


def test_a_sheet_s_rows_go_the_same_road(w, monkeypatch):
    from tests.programmes.complaints.conftest import order as row
    from tests.programmes.complaints.conftest import take_in

    together = arriving.take_new
    sizes: list[int] = []

    def counted(*told: Any) -> Any:
        found = together(*told)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(arriving, "take_new", counted)
    rows = [row(f"ZB20261130{n:05d}") for n in range(30)]
    sheet = take_in(w.actor("市中心"), *rows, rows[3], row(""), row("ZB2026113099999", 受理时间="3026-01-01"))
    assert sheet.counts == {"new": 30, "same": 1, "no_key": 1, "unfit": 1} and sizes == [30]


KILLED = """
import django, time
django.setup()
from zhijian.gateways.open311 import inbox
from zhijian.programmes.complaints import orders
whole = orders.insert_all
def halfway(rows):
    whole(rows)
    print("written, not committed", flush=True)
    time.sleep(120)
orders.insert_all = halfway
inbox.take_waiting(quiet=0)
"""


def test_a_batch_that_is_killed_is_nothing_and_is_taken_again(fresh_database):
    with scoped(SYSTEM):
        world.jurisdictions()
    there = Platform()
    given(there, [order(external_id=f"K{n}") for n in range(30)])
    env = {**os.environ, **fresh_database.env, "DJANGO_SETTINGS_MODULE": "zhijian.config.settings"}
    with subprocess.Popen([sys.executable, "-c", KILLED], env=env, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None and "written" in worker.stdout.readline()
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=30)
    with scoped(SYSTEM):
        assert not Matter.objects.exists() and not LedgerEntry.objects.exists() and not Trace.objects.exists()
    done, begun = 0, time.monotonic()
    while done < 30 and time.monotonic() - begun < 30:  # the server notices the death in a moment
        done += inbox.take_waiting(quiet=0)
    with scoped(SYSTEM):
        assert done == Order.objects.count() == Matter.objects.count() == Trace.objects.count() == 30
        assert Request.objects.filter(state=Request.State.TAKEN, matter__isnull=False).count() == 30
