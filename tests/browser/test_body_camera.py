"""The evening at the docking station: films are filed by a tick, one of them is looked at with a reason."""

from __future__ import annotations

import base64
import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import ARGS, CHROMIUM, OFFICE, Site
from tests.browser.looking import BOTH, PICTURES, look
from tests.browser.steps import sign_in
from tests.browser.test_first_inspection import planned
from tests.kernel.recordings import films

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.recordings import acts
from zhijian.kernel.recordings.models import Recording
from zhijian.programmes.inspection.models import Inspection

FILMED = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 96;
  document.body.append(canvas);
  const pen = canvas.getContext("2d");
  const type = ["video/mp4;codecs=vp9", "video/mp4"].find((one) => MediaRecorder.isTypeSupported(one));
  const camera = new MediaRecorder(canvas.captureStream(20), { mimeType: type });
  const pieces = [];
  camera.ondataavailable = ({ data }) => pieces.push(data);
  camera.start(200);
  for (let n = 0; n < 30; n++) {
    pen.fillStyle = `hsl(${n * 12} 80% 50%)`;
    pen.fillRect(0, 0, 96, 96);
    await new Promise((done) => setTimeout(done, 50));
  }
  await new Promise((done) => { camera.onstop = done; camera.stop(); });
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""
"""A film that a browser makes and can show: a second and a half of changing colours."""


def visited(site: Site, began: dt.datetime) -> Matter:
    """A visit of zhao's, half an hour long."""
    matter = planned(site)
    with scoped(SYSTEM):
        ended = began + dt.timedelta(minutes=30)
        Inspection.objects.filter(pk=matter.pk).update(started=began, ended=ended)
    return matter


@pytest.mark.slow
def test_films_find_their_visits(site: Site, desk: Page, playwright: Playwright, tmp_path: Path) -> None:
    now = timezone.now().replace(microsecond=0) - dt.timedelta(hours=3)
    visited(site, now)
    later = visited(site, now + dt.timedelta(minutes=35))
    with scoped(SYSTEM):
        sun, zhao = (Person.objects.get(username=name) for name in ("sun", "zhao"))
        acts.wears("DSJ0012", zhao, calendar.legal_day(now), actor_of(sun))
    desk.goto(f"{site.url}/login/")
    film = base64.b64decode(desk.evaluate(FILMED))
    at = lambda when: when.astimezone(calendar.zone()).strftime("%Y%m%d%H%M%S")  # noqa: E731
    dock = tmp_path / "dock"
    dock.mkdir()
    (dock / f"DSJ0012_{at(now)}.mp4").write_bytes(film)
    (dock / f"DSJ0012_{at(now + dt.timedelta(minutes=25))}.mp4").write_bytes(films.mp4(900))
    (dock / f"DSJ0099_{at(now)}.mp4").write_bytes(films.mp4(60))
    call_command("body_camera", dock, area=OFFICE, stdout=io.StringIO())

    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/recordings/")
    expect(desk.locator("[data-row]")).to_have_count(3)
    expect(desk.locator("input[name=film]:checked")).to_have_count(1)
    expect(desk.locator("main")).to_contain_text("那时这台记录仪没有登记佩戴人")
    look(desk, "recordings", widths=BOTH, axe=False)
    several = desk.locator("[data-row]", has=desk.locator("select"))
    several.locator("input[name=film]").check()
    several.locator("select").select_option(str(later.uid))
    desk.get_by_role("button", name="把勾选的归档").click()
    expect(desk.locator("main")).to_contain_text("已归档 2 段")
    expect(desk.locator("[data-row]")).to_have_count(1)

    with scoped(SYSTEM):
        mine = Recording.objects.get(device="DSJ0012", ended_at__lt=now + dt.timedelta(minutes=5))
        assert mine.file is not None
        shown = mine.file.matter
    desk.goto(f"{site.url}/m/{shown.uid}/")
    desk.get_by_role("link", name=mine.began_at.astimezone(calendar.zone()).strftime("%Y-%m-%d %H:%M")).click()  # type: ignore[union-attr]
    look(desk, "recording-asks", widths=BOTH, axe=False)
    desk.locator("#why").fill("当事人投诉未出示证件")
    desk.get_by_role("button", name="打开视频").click()
    video = desk.locator("video")
    video.evaluate("film => { film.muted = true; return film.play() }")
    expect(video).to_have_js_property("error", None)
    assert video.evaluate("film => film.videoWidth") == 96
    look(desk, "recording", widths=BOTH, axe=False)
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="recording.seen")
        assert (entry.matter_id, entry.data["why"]) == (shown.pk, "当事人投诉未出示证件")
    desk.goto(f"{site.url}/recordings/cameras/")
    expect(desk.locator("[data-row]")).to_have_count(1)
    look(desk, "cameras", widths=BOTH, axe=False)
    if PICTURES:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        english = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}).new_page()
        sign_in(english, site.url, "sun")
        for name, path in (("recordings-en", ""), ("recording-en", f"{mine.uid}/"), ("cameras-en", "cameras/")):
            english.goto(f"{site.url}/recordings/{path}")
            look(english, name, widths=BOTH, axe=False)
        browser.close()
