"""A full phone and a wrong clock: the parts of the journey in which the phone itself is at fault."""

from __future__ import annotations

from hand import PIN, Hand
from mock_data import door
from playwright.sync_api import expect

UNTIL_FULL = """async () => {
    const done = q => new Promise((r, f) => { q.onsuccess = () => r(q.result); q.onerror = () => f(q.error) });
    const opening = indexedDB.open('room', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('rows', { autoIncrement: true });
    const db = await done(opening);
    for (let n = 0; n < 100; n++) {
        const trial = db.transaction('rows', 'readwrite');
        trial.objectStore('rows').put(new Uint8Array(100));
        const kept = await new Promise(r => { trial.oncomplete = () => r(true); trial.onabort = () => r(false) });
        if (!kept) return db.close();
        await new Promise(r => setTimeout(r, 500));
    }
    throw new Error('never full');
}"""


class Trouble(Hand):
    def finish_quickly(self) -> None:
        self.at("informed-cards").check()
        self.at("informed-rights").check()
        for section in ("1", "2", "3"):
            self.at(f"section-rest-{section}").click()
        for no in ("1.1", "2.1", "2.3", "3.2"):
            self.item(no).get_by_test_id("answer-yes").click()
        self.at("next-open").click()
        if self.at("second").input_value() == "":
            self.at("second").select_option(index=1)
        self.at("to-sign").click()

    def room(self, quota: int | None) -> None:
        """As much room as these bytes, or all of it again."""
        cdp = self.context.new_cdp_session(self.page)
        wanted = {"origin": self.address} | ({} if quota is None else {"quotaSize": quota})
        cdp.send("Storage.overrideQuotaForOrigin", wanted)
        if quota is not None:
            self.page.evaluate(UNTIL_FULL)  # the browser looks at its quota every half minute

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
