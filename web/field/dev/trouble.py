"""The parts of the journey in which something is at fault: a record refused, a full phone, a wrong clock."""

from __future__ import annotations

from pathlib import Path

from hand import PIN, Hand
from mock_data import SHOP, door
from playwright.sync_api import expect

UNTIL_FULL = (Path(__file__).parent / "until_full.js").read_text("utf-8")


class Trouble(Hand):
    def finish_quickly(self) -> None:
        self.at("informed-cards").check()
        self.at("informed-rights").check()
        for section in ("1", "2", "3"):
            self.at(f"section-rest-{section}").click()
        for no in ("1.1", "2.1", "3.2"):
            self.item(no).get_by_test_id("answer-yes").click()
        for no, value in (("2.3", "4"), ("3.6", "180")):
            self.item(no).get_by_test_id("value-input").fill(value)
            self.item(no).get_by_test_id("value-input").blur()
        self.at("next-open").click()
        if self.at("second").input_value() == "":
            self.at("second").select_option(index=1)
        self.at("to-sign").click()

    def stuck(self) -> None:
        """One record is refused; the next one passes it."""
        self.mock.refuse.add(SHOP.format(2))
        for n in (2, 4):
            self.visit_quickly(n)
        self.page.goto(self.address + "#/outbox")
        expect(self.page.locator("[data-testid^=sent-item-]")).to_have_count(3, timeout=20000)
        stuck = self.page.locator("[data-testid^=outbox-item-]")
        expect(stuck).to_have_attribute("data-state", "refused")
        with self.page.expect_download() as got:
            stuck.get_by_test_id("export").click()
        assert got.value.suggested_filename.endswith(".zip")
        self.shot("13-refused-outbox")
        self.mock.refuse.clear()
        stuck.get_by_test_id("retry").click()
        expect(self.page.locator("[data-testid^=sent-item-]")).to_have_count(4, timeout=20000)
        self.see("a refused record blocks no other, can be exported, and goes when tried again")

    def visit_quickly(self, n: int) -> None:
        self.page.goto(self.address + "#/scan")
        self.at("scan-type").fill(door(n).lower().replace("0", "o"))
        self.at("scan-look").click()
        self.at("start").click()
        self.at("present-name").fill("赵某")
        self.finish_quickly()
        for who in ("party", "inspector1", "inspector2"):
            self.sign(who)
        if n == 4:
            expect(self.at("no-number")).to_be_visible()
        self.at("submit").click()
        expect(self.at("done")).to_be_visible()

    def room(self, quota: int | None) -> None:
        """As much room as these bytes, or all of it again."""
        cdp = self.context.new_cdp_session(self.page)
        wanted = {"origin": self.address} | ({} if quota is None else {"quotaSize": quota})
        cdp.send("Storage.overrideQuotaForOrigin", wanted)
        if quota is not None:
            self.page.evaluate(UNTIL_FULL)

    def full(self) -> None:
        """A full phone: what was kept stays, what is not kept is said, sending goes on, and so does the work after."""
        page = self.page
        self.context.set_offline(True)
        page.goto(self.address + "#/scan")
        self.at("scan-type").fill(door(6))
        self.at("scan-look").click()
        self.at("start").click()
        self.item("1.1").get_by_test_id("answer-yes").click()
        self.at("present-name").fill("钱某")
        page.wait_for_timeout(300)
        self.room(1)
        self.item("1.2").get_by_test_id("answer-no").click()
        expect(self.at("trouble")).to_be_visible()
        expect(self.at("room-full").first).to_be_visible()
        expect(self.item("1.2")).to_have_attribute("data-answer", "")
        self.shot("17-full")
        self.axe("full")
        self.hash = page.evaluate("location.hash")
        page.reload()
        self.at("pin-input").fill(PIN)
        expect(self.item("1.1")).to_have_attribute("data-answer", "yes", timeout=20000)
        expect(self.at("present-name")).to_have_value("钱某")
        self.see("a full phone says what is not kept, keeps what was, and can be opened again")
        self.at("present-role").fill("店长")
        expect(self.at("trouble")).to_be_visible()
        self.room(None)
        expect(self.at("trouble")).to_have_count(0, timeout=20000)
        expect(self.at("room-full")).to_have_count(0, timeout=20000)
        page.reload()
        self.at("pin-input").fill(PIN)
        expect(self.at("present-role")).to_have_value("店长")
        self.see("with room again what was typed is kept by itself")
        self.finish_quickly()
        for who in ("party", "inspector1", "inspector2"):
            self.sign(who)
        self.room(1)
        self.at("submit").click()
        expect(self.at("trouble")).to_contain_text("签字和草稿都还在")
        self.room(None)
        self.at("submit").click()
        expect(self.at("kept")).to_be_visible()
        self.room(1)
        before = len(self.mock.records)
        page.goto(self.address + "#/outbox")
        expect(page.locator("[data-testid^=outbox-item-]")).to_have_count(1)
        self.context.set_offline(False)
        expect(page.locator("[data-testid^=outbox-item-]")).to_have_count(0, timeout=90000)
        assert len(self.mock.records) == before + 1
        self.room(None)
        self.see("a full phone still sends what it holds")

    def wrong_clock(self) -> None:
        """A phone a day ahead of the server says so before anybody signs."""
        self.mock.ahead = 86_400
        self.page.goto(self.address + "#/today")
        self.at("sync-now").click()
        expect(self.at("clock-wrong")).to_contain_text("手机时间比服务器快 24 小时")
        self.mock.ahead = 0
        self.at("sync-now").click()
        expect(self.at("clock-wrong")).to_have_count(0)
        self.see("a clock that is a day wrong is said, and no more when it is right")
