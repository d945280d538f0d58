"""The app in a real browser, from enrolment to a record that arrived, with the network cut and the browser killed.

    npm run build && python dev/journey.py [--shots FOLDER]

Prints one line for each thing seen to hold; stops at the first that does not.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
import threading
from pathlib import Path

from hand import PIN, png
from mock_data import SHOP, door
from mock_server import serve
from PIL import Image
from playwright.sync_api import BrowserContext, expect, sync_playwright
from trouble import Trouble

HERE = Path(__file__).resolve().parent
# Rows that hold work, counted in the browser's own store.
LEFT = """async () => {
    const name = (await indexedDB.databases()).map(d => d.name).find(n => /-field-/.test(n));
    const done = q => new Promise(r => { q.onsuccess = () => r(q.result) });
    const db = await done(indexedDB.open(name));
    const count = s => done(db.transaction(s).objectStore(s).count());
    return [await count('blobs'), await count('outbox'), await count('drafts'), await count('answers')];
}"""


class Journey(Trouble):
    def enrol(self) -> None:
        page = self.page
        page.goto(self.address)
        self.shot("01-enrol")
        self.axe("enrol")
        self.fits("enrol")
        self.at("enrol-username").fill("jia")
        self.at("enrol-password").fill("a long password")
        self.at("enrol-code").fill("123456")
        self.at("enrol-submit").click()
        self.at("pin-new").fill(PIN)
        self.at("pin-repeat").fill(PIN)
        self.axe("pin")
        self.fits("pin")
        self.at("pin-save").click()
        expect(self.at(f"task-{SHOP.format(101)}")).to_be_visible()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.see("enrolled, tasks pulled, service worker ready")
        self.shot("02-today")
        self.axe("today")
        self.fits("today")

    def wrong_pin(self) -> None:
        self.page.reload()
        self.at("pin-input").fill("111112")
        expect(self.at("pin-problem")).to_be_visible()
        self.shot("03-pin")
        self.at("pin-input").fill(PIN)
        expect(self.at("sync-now")).to_be_visible()
        self.see("a wrong PIN is told, the right one opens")

    def lost_pin(self) -> None:
        """With no network: the password of the day of enrolment opens the app, and a new PIN is chosen."""
        self.context.set_offline(True)
        self.page.reload()
        self.at("pin-forgot").click()
        self.at("pin-password").fill("wrong password")
        self.at("pin-open").click()
        expect(self.at("pin-problem")).to_be_visible()
        self.at("pin-password").fill("a long password")
        self.at("pin-open").click()
        self.at("pin-new").fill(PIN)
        self.at("pin-repeat").fill(PIN)
        self.at("pin-save").click()
        expect(self.at(f"task-{SHOP.format(101)}")).to_be_visible()
        self.context.set_offline(False)
        self.see("a lost PIN is replaced by the password, with no network")

    def renew(self) -> None:
        """A renewed grant: another key, the same work, name and PIN."""
        self.context.set_offline(False)
        self.page.goto(self.address + "#/renew")
        expect(self.at("enrol-known")).to_contain_text("jia")
        self.at("enrol-password").fill("a newer password")
        self.at("enrol-code").fill("123456")
        self.at("enrol-submit").click()
        expect(self.page.locator("[data-testid^=draft-]")).to_have_count(1)
        expect(self.at("state-line").first).to_have_text("在线 · 全部已送达")
        self.page.locator("[data-testid^=draft-]").click()
        expect(self.item("2.3")).to_have_attribute("data-answer", "no")
        assert len(self.mock.devices) == 1
        self.context.set_offline(True)
        self.see("a renewed grant keeps the draft")

    def check(self) -> None:
        page = self.page
        self.context.set_offline(True)
        expect(self.at("state-line").first).to_contain_text("离线")
        self.at(f"task-{SHOP.format(101)}").click()
        self.shot("04-shop")
        self.axe("shop")
        self.fits("shop")
        self.at("start").click()
        expect(self.at("check")).to_be_visible()
        self.at("informed-cards").check()
        self.at("informed-rights").check()
        self.at("present-name").fill("周某")
        self.at("present-role").fill("店长")
        self.item("2.3").get_by_test_id("answer-no").click()
        self.item("2.3").get_by_test_id("value-input").fill("11.5")
        expect(self.item("2.3").get_by_test_id("leads-to")).to_contain_text("令49第32条")
        expect(self.item("2.3")).to_contain_text("重复问题 · 2026-05-06 也不合格")
        for n in (1, 2):
            photo = {"name": f"{n}.png", "mimeType": "image/png", "buffer": png(420, 400, n)}
            self.item("2.3").get_by_test_id("photo-input").set_input_files(photo)
            expect(self.item("2.3").get_by_test_id("photo")).to_have_count(n)
        self.item("2.7").get_by_test_id("answer-yes").click()
        self.item("2.3").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('[data-section=last]').scrollIntoView(); window.scrollBy(0, -140)")
        page.wait_for_timeout(300)
        self.shot("05-check")
        self.axe("check")
        self.fits("check")
        self.hash = page.evaluate("location.hash")
        self.kill(offline=True)
        expect(self.item("2.3")).to_have_attribute("data-answer", "no")
        expect(self.item("2.3").get_by_test_id("value-input")).to_have_value("11.5")
        expect(self.item("2.3").get_by_test_id("photo")).to_have_count(2)
        expect(self.at("present-name")).to_have_value("周某")
        expect(self.item("2.7")).to_have_attribute("data-answer", "yes")
        self.see("killed and opened again with no network: every tap and photo is there")

    def value_rule(self) -> None:
        self.item("3.6").get_by_test_id("value-input").fill("180")
        expect(self.item("3.6")).to_have_attribute("data-answer", "yes")
        self.item("3.6").get_by_test_id("value-input").fill("201")
        expect(self.item("3.6")).to_have_attribute("data-answer", "no")
        self.item("3.6").get_by_test_id("answer-yes").click()
        expect(self.item("3.6")).to_have_attribute("data-answer", "no")
        self.see("a value judges its item, and outside its limits it cannot be called compliant")

    def finish_answers(self) -> None:
        for section in ("1", "2", "3"):
            self.at(f"section-rest-{section}").click()
        for no in ("1.1", "2.1", "3.2"):
            expect(self.item(no)).to_have_attribute("data-answer", "")
            self.item(no).get_by_test_id("answer-yes").click()
        self.see("the rest of a section never answers key items")
        expect(self.item("1.4")).to_have_attribute("data-answer", "na")
        expect(self.item("1.4").get_by_test_id("by-trade")).to_have_text("按业态不适用")
        self.see("an item for another trade is answered beforehand, and says so")
        self.item("3.1").get_by_test_id("answer-no").click()
        expect(self.at("next-open")).to_have_text("去核对")
        self.at("next-open").click()
        self.axe("obstacles")
        self.fits("obstacles")
        self.shot("05-obstacles", whole=True)
        expect(self.at("to-sign")).to_have_text("还有 1 件事要做")
        self.at("obstacle").filter(has_text="3.1").click()
        note = self.item("3.1").get_by_test_id("note-input")
        expect(note).to_be_in_viewport()
        for words in ("排烟设施损坏", "操作间堆放杂物", "无专用备餐间", "无专用备餐间"):
            self.item("3.1").get_by_role("button", name=words).click()
        expect(note).to_have_value("排烟设施损坏；操作间堆放杂物")
        self.page.wait_for_timeout(400)
        self.shot("05-phrases")
        self.see("a failed item without a word stops the signing; a tap leads to it, and taps fill its note")
        self.at("next-open").click()
        expect(self.at("findings")).to_have_value(re.compile("排烟设施损坏；操作间堆放杂物（检查项 3.1）。"))
        expect(self.at("result")).to_contain_text("不符合")
        self.shot("06-review", whole=True)
        self.axe("review")
        self.fits("review")

    def sign_all(self) -> None:
        self.at("to-sign").click()
        expect(self.at("paper-onsite_record")).to_be_visible()
        expect(self.at("paper-onsite_record").get_by_test_id("paper-number")).to_have_text("淄市监笔〔2026〕9号")
        expect(self.at("paper-rectification_order")).to_contain_text("尚未加盖印章")
        for who in ("party", "inspector1"):
            self.sign(who)
        self.page.wait_for_timeout(500)  # a stroke in the very milliseconds of the kill may be lost
        self.hash = self.page.evaluate("location.hash")
        self.kill(offline=True)
        expect(self.at("submit")).to_contain_text("还差 1 人")
        self.see("killed while signing: signatures made so far are there")
        self.sign("inspector2")
        self.shot("07-sign")
        self.shot("08-papers", whole=True)
        self.axe("sign")
        self.fits("sign")
        self.digest = self.at("digest").first.inner_text()
        self.at("submit").click()
        expect(self.at("kept")).to_be_visible()
        self.shot("09-done")
        self.axe("done")
        self.fits("done")
        self.share()
        self.page.emulate_media(media="print")
        if self.shots:
            self.page.pdf(path=self.shots / "paper-a4.pdf", format="A4")
            self.page.pdf(path=self.shots / "paper-80mm.pdf", width="80mm", height="297mm")
        self.page.emulate_media(media="screen")
        self.at("to-today").click()
        expect(self.at("state-line").first).to_have_text("离线 · 手机上 1 条待送")
        expect(self.at(f"task-{SHOP.format(101)}")).to_have_count(0)
        self.see("signed and kept with no network; the line says what is on the phone")

    def share(self) -> None:
        """With no network: each paper as a picture, to be handed on."""
        with self.page.expect_download() as got:
            self.at("share").click()
        path = got.value.path()
        image = Image.open(path)
        assert image.width == 1440
        dark = sum(image.convert("L").histogram()[:128]) / (image.width * image.height)
        assert 0.01 < dark < 0.5, f"the picture is empty or black: {dark}"
        if self.shots:
            shutil.copy(path, self.shots / "09-share.png")
        self.see("a paper becomes a picture on the phone, with no network")

    def arrive(self) -> None:
        self.mock.fail_next_chunk = 1
        self.context.set_offline(False)
        self.at("outbox").first.click()
        self.shot("10-outbox")
        expect(self.page.locator("[data-testid^=sent-item-]")).to_have_count(1, timeout=60000)
        ((uid, body),) = self.mock.records.items()
        record = json.loads(body)
        assert record["digest"] == self.digest
        assert record["id"] == uid
        photos = {photo["sha256"] for photo in record["content"]["photos"]}
        assert len(photos) == 2
        assert photos == self.mock.done
        assert [s["who"] for s in record["signatures"]] == ["party", "inspector1", "inspector2"]
        given = {a["item"]: a for a in record["content"]["answers"]}
        assert given["2.3"]["value"] == "11.5"
        assert sorted(given["2.3"]["photos"]) == sorted(photos)
        assert given["1.2"]["by"] == "section"
        assert given["1.1"]["by"] == "tap"
        assert record["content"]["outcome"]["items"] == [
            {"item": "2.3", "measure": "investigate"},
            {"item": "3.1", "measure": "rectify"},
            {"item": "3.6", "measure": "rectify"},
        ]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", record["content"]["deadline"])
        self.see("record and photos arrived byte for byte over a breaking line; the phone keeps one line of it")
        self.axe("outbox")
        self.fits("outbox")
        left = self.page.evaluate(LEFT)
        assert left == [0, 0, 0, 0], left
        self.see("nothing of it is left but the log")

    def recheck(self) -> None:
        self.page.goto(self.address + "#/today")
        self.context.set_offline(True)
        self.at(f"task-{SHOP.format(103)}").click()
        self.at("start").click()
        self.at("informed-cards").check()
        self.at("informed-rights").check()
        self.at("present-name").fill("李某")
        self.item("2.2").get_by_test_id("answer-yes").click()
        self.item("3.8").get_by_test_id("answer-no").click()
        expect(self.at("next-open")).to_contain_text("还有 1 项")
        self.item("3.8").get_by_test_id("note-input").fill("仍在使用回收油")
        expect(self.item("2.2").get_by_test_id("party-photo")).to_have_count(2)
        self.context.set_offline(False)
        self.shot("11-recheck", whole=True)
        self.axe("recheck")
        self.fits("recheck")
        self.at("next-open").click()
        self.at("to-sign").click()
        self.at("refuse").click()
        self.at("refuse-reason").fill("不认可")
        self.at("refuse-witness").fill("王某")
        self.at("refuse-confirm").click()
        expect(self.at("refused")).to_be_visible()
        for who in ("witness", "inspector1", "inspector2"):
            self.sign(who)
        self.shot("12-refused")
        self.at("submit").click()
        expect(self.at("arrived")).to_be_visible(timeout=20000)
        content = [json.loads(b)["content"] for b in self.mock.records.values()][-1]
        assert [c["accepted"] for c in content["rechecks"]] == [True, False]
        assert content["refused"]["witness"] == "王某"
        assert content["outcome"] is None
        assert content["deadline"]
        self.see("re-check: one accepted, one sent back, refusal noted")

    def others(self) -> None:
        page = self.page
        page.goto(self.address + "#/scan")
        self.axe("scan")
        self.fits("scan")
        self.at("scan-type").fill("0000000990")
        expect(self.at("scan-wrong")).to_be_visible()
        self.at("scan-type").fill(door(990))
        self.at("scan-look").click()
        self.at("scan-note").click()
        self.shot("14-unknown")
        page.goto(self.address + "#/settings")
        self.at("language").click()
        self.shot("15-settings-en", whole=True)
        self.axe("settings")
        self.fits("settings")
        page.goto(self.address + "#/today")
        expect(page.locator("[data-testid^=task-]")).to_have_count(1)
        expect(self.at("noted")).to_be_visible()
        self.shot("16-today-en")
        second = self.context.new_page()
        second.goto(self.address)
        expect(second.get_by_test_id("parked")).to_be_visible()
        second.get_by_test_id("take-over").click()
        expect(second.get_by_test_id("pin-input")).to_be_visible()
        expect(page.get_by_test_id("parked")).to_be_visible()
        self.see("unknown code noted, English, second tab parked and taking over")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", type=Path)
    shots = parser.parse_args().shots
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    server, mock = serve()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = tempfile.mkdtemp(prefix="field-journey-")
    with sync_playwright() as playwright:

        def page_of() -> BrowserContext:
            return playwright.chromium.launch_persistent_context(
                folder,
                executable_path="/usr/bin/chromium",
                args=["--no-sandbox"],
                viewport={"width": 390, "height": 844},
                device_scale_factor=2,
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                permissions=["geolocation"],
                geolocation={"latitude": 36.81, "longitude": 118.05, "accuracy": 12},
                accept_downloads=True,
            )

        journey = Journey(page_of, folder, f"http://127.0.0.1:{server.server_port}/field/", mock, shots)
        journey.start()
        for part in (
            journey.enrol,
            journey.wrong_pin,
            journey.lost_pin,
            journey.check,
            journey.renew,
            journey.value_rule,
            journey.finish_answers,
            journey.sign_all,
            journey.arrive,
            journey.recheck,
            journey.stuck,
            journey.full,
            journey.wrong_clock,
            journey.others,
        ):
            part()
        journey.context.close()
    server.shutdown()
    shutil.rmtree(folder, ignore_errors=True)
    print("journey passed")


if __name__ == "__main__":
    main()
