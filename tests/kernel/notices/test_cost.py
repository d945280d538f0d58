"""What text messages cost: counted by office and month as they go out, shown down to each, warned of at the line."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook
from tests import world
from tests.kernel.notices.test_pages import browser
from tests.kernel.notices.test_sending import message

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.notices import bill
from zhijian.kernel.notices.models import Notice, SmsMonth
from zhijian.kernel.packs.changes import override


@pytest.fixture
def admin(w: world.World) -> None:
    with scoped(SYSTEM):
        w.person("管理员", Role.ADMIN, world.CITY)


def month() -> dt.date:
    return calendar.today().replace(day=1)


def test_each_message_is_counted_for_its_office_at_the_price_of_its_day(w, matter):
    notice = message(matter)
    jobs.run_pending()
    with scoped(SYSTEM):
        notice.refresh_from_db()
        row = SmsMonth.objects.get()
        assert (row.area, row.month, row.messages, row.parts) == (world.OFFICE, month(), 1, notice.parts)
        assert row.cost == notice.cost == Decimal("0.045") * notice.parts
        assert notice.billed == world.OFFICE and notice.parts > 1


def test_what_is_refused_costs_nothing(w, matter):
    with scoped(SYSTEM):
        matter.entity.phone = "13800099999"
        matter.entity.save()
    message(matter)
    jobs.run_pending()
    with scoped(SYSTEM):
        assert not SmsMonth.objects.exists()


def test_the_page_goes_down_to_each_message_and_out_to_excel(w, matter, admin):
    for _ in range(2):
        message(matter)
        jobs.run_pending()
    client = browser(w, "管理员")
    html = client.get("/notices/cost/").content.decode()
    assert "0.045" in html and f"/notices/cost/of/{world.OFFICE}/?month={month():%Y-%m}" in html
    with scoped(SYSTEM):
        row = SmsMonth.objects.get()
    assert f"{row.cost:.2f}" in html
    office = client.get(f"/notices/cost/of/{world.OFFICE}/?month={month():%Y-%m}").content.decode()
    assert office.count("<tr data-row>") == row.messages == 2 and w.entity.name in office
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(client.get(f"/excel/notices_cost/?month={month():%Y-%m}").streaming_content))
    )
    rows = book.get_sheet_by_index(0).to_python()[1:]
    assert len(rows) == 2 and sum(Decimal(str(one[5])) for one in rows) == row.cost
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="desk.exported").count() == 1
    assert "No text message went out" in client.get("/notices/cost/?month=2020-01").content.decode()
    assert "No text message went out" in client.get(f"/notices/cost/of/{world.SISTER}/?month=2020-01").content.decode()
    assert client.get("/notices/cost/?month=nonsense").status_code == 200


def test_the_list_of_an_office_goes_on_by_key(w, matter, admin, monkeypatch):
    from zhijian.kernel.notices import cost_pages

    monkeypatch.setattr(cost_pages, "PAGE", 2)
    for _ in range(5):
        message(matter)
        jobs.run_pending()
    with scoped(SYSTEM):  # two went out in the same microsecond
        first, second = Notice.objects.filter(parts__gt=0).order_by("id")[1:3]
        Notice.objects.filter(pk=second.pk).update(sent_at=first.sent_at)
    client, seen, more = browser(w, "管理员"), 0, ""
    for _ in range(3):
        html = client.get(f"/notices/cost/of/{world.OFFICE}/?after={more}").content.decode()
        seen += html.count("<tr data-row>")
        more = html.split("&amp;after=")[1].split('"')[0] if "&amp;after=" in html else ""
    assert (seen, more) == (5, "")


def test_a_matter_that_moves_leaves_its_cost_where_it_was_caused(w, matter):
    notice = message(matter)
    jobs.run_pending()
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(area=world.SISTER)
        notice.refresh_from_db()
        assert notice.billed == world.OFFICE == SmsMonth.objects.get().area


def test_the_administrator_is_warned_once_at_each_line(w, matter, admin):
    with scoped(SYSTEM):
        at = calendar.start_of(calendar.today())
        bill.add(world.OFFICE, at, 1, Decimal(1500))
        assert not Notice.objects.filter(template="notices.cap").exists()
        bill.add(world.SISTER, at, 1, Decimal(200))
        bill.add(world.SISTER, at, 1, Decimal(100))
        assert [n.data["percent"] for n in Notice.objects.filter(template="notices.cap")] == [80]
        bill.add(world.SISTER, at, 1, Decimal(900))
        assert sorted(n.data["percent"] for n in Notice.objects.filter(template="notices.cap")) == [80, 100]
    html = browser(w, "管理员").get("/notices/cost/").content.decode()
    assert "135 %" in html and "Nothing is held back" in html


def test_the_bureau_sets_price_and_line_by_its_contract(w, matter, admin):
    with scoped(SYSTEM):
        w.person("管理员", Role.ADMIN, world.CITY)
        actor = w.actor("管理员")
    with scoped(actor):
        override("notices.sms_price", since=calendar.today(), value="0.038", reason="合同 2026-7", actor=actor)
    assert bill.price(calendar.start_of(calendar.today())) == Decimal("0.038")


def test_two_offices_messages_are_each_its_own_to_see(w, matter, admin):
    with scoped(SYSTEM):
        w.person("区管理员", Role.ADMIN, world.NEIGHBOUR)
        bill.add(world.OFFICE, calendar.start_of(calendar.today()), 1, Decimal(1))
    assert "No text message" in browser(w, "区管理员").get("/notices/cost/").content.decode()
    assert browser(w, "区管理员").get(f"/notices/cost/of/{world.OFFICE}/").status_code == 404


def test_what_went_out_before_costs_were_kept_is_counted_by_the_migration(w, matter):
    """The migration's own statements, on rows as an older release left them."""
    import importlib

    notice = message(matter)
    jobs.run_pending()
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(billed="", cost=None)
        SmsMonth.objects.all().delete()
        migration = importlib.import_module("zhijian.kernel.notices.migrations.0008_channels_scope")

        class Editor:
            def execute(self, sql: str, params: list[str] | None = None) -> None:
                with connection.cursor() as cursor:
                    cursor.execute(sql, params)

        migration.count_what_went_out(None, Editor())
    with scoped(SYSTEM):
        notice.refresh_from_db()
        row = SmsMonth.objects.get()
        assert (notice.billed, row.messages, row.parts, row.cost) == (world.OFFICE, 1, notice.parts, 0)
