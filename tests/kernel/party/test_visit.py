"""A visit before its enterprise: findings under it, errors beside their fields, nothing that is not its business."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.kernel.party.conftest import sign_in
from tests.openers import OPENERS
from tests.phone import picture

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.papers import making
from zhijian.kernel.registry.models import Entity

pytestmark = pytest.mark.django_db


def html_of(answer) -> str:
    return answer.content.decode()


def bomb() -> bytes:
    """A small file that would unfold into a huge picture."""
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    return out.getvalue()


def test_each_finding_says_what_to_do_by_when_and_why_that_day(client, link, finding):
    html = html_of(client.get(link))
    assert "1 finding waits for your answer." in html
    assert "补齐公示" in html
    assert f"by {finding.due:%Y-%m-%d}" in html
    assert "Why this day?" in html and "a day set by hand is not counted" in html
    assert "Send the answer" in html and "Ask for more time" in html


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"MZ not a photo", "not a photo"), (bomb(), "too many points"), (b"", "empty")],
    ids=["program", "bomb", "empty"],
)
def test_a_bad_photo_is_told_beside_the_field_and_nothing_is_kept(client, link, finding, content, says):
    sent = [SimpleUploadedFile("good.jpg", picture(5)), SimpleUploadedFile("bad.jpg", content)]
    answer = client.post(f"{link}{finding.uid}/answer/", {"answer": "已经补齐", "photos": sent})
    html = html_of(answer)
    assert answer.status_code == 422
    beside = html.split('name="photos"', 2)[2].split("</form>")[0]
    assert says in beside
    assert "已经补齐" in html and "Not sent yet." in html
    with scoped(SYSTEM):
        finding.refresh_from_db()
        assert finding.state == "ordered"
        assert not File.objects.filter(matter=finding).exists(), "the good one is not left behind either"


def test_a_large_photo_is_told_in_chinese(client, link, finding, monkeypatch):
    from zhijian.kernel.party import forms

    monkeypatch.setattr(forms, "MOST", 1000)
    sent = SimpleUploadedFile("大.jpg", picture(5))
    answer = client.post(
        f"{link}{finding.uid}/answer/", {"answer": "已经补齐", "photos": sent}, headers={"accept-language": "zh-CN"}
    )
    assert answer.status_code == 422
    assert "“大.jpg”" in html_of(answer) and "太大" in html_of(answer)


def test_more_than_nine_photos_are_refused_whole(client, link, finding):
    sent = [SimpleUploadedFile(f"{n}.jpg", picture(n)) for n in range(10)]
    answer = client.post(f"{link}{finding.uid}/answer/", {"answer": "done", "photos": sent})
    assert answer.status_code == 422 and "At most 9 photos." in html_of(answer)


def test_what_a_guard_refuses_is_told_and_the_day_kept(client, link, finding):
    asked = {"asked_until": "2020-01-01", "asked_reason": "the parts are late"}
    answer = client.post(f"{link}{finding.uid}/ask_time/", asked)
    assert answer.status_code == 422
    html = html_of(answer)
    assert "Ask for a day after the present deadline." in html
    assert "2020-01-01" in html and "the parts are late" in html


def test_the_script_is_told_where_to_go(client, link, finding):
    answer = client.post(
        f"{link}{finding.uid}/answer/", {"answer": "done"}, headers={"x-requested-with": "XMLHttpRequest"}
    )
    assert answer.json() == {"to": link}
    assert "Answered; the inspector is looking at it" in html_of(client.get(link))


def test_a_proposal_to_investigate_is_none_of_its_business(client, w):
    with scoped(SYSTEM):
        lead = OPENERS["lead"](w)
        token = make_link(w.entity, lead.parent)
    assert "1.1" not in html_of(client.get(f"/p/{token}/"))
    with scoped(SYSTEM):
        token = make_link(w.entity, lead)
    assert "无证" not in html_of(client.get(f"/p/{token}/"))


def test_a_planned_visit_is_not_in_the_account(client, w):
    with scoped(SYSTEM):
        OPENERS["inspection"](w)
    sign_in(client, w.entity.phone)
    html = html_of(client.get("/my/"))
    assert "Nothing waits for you" in html and w.premises.name not in html


def test_the_account_shows_what_waits_what_is_closed_and_papers(client, w, finding):
    with scoped(SYSTEM):
        paper = making.make("rectification_order", finding.parent, signed(), actor=SYSTEM)
    sign_in(client, w.entity.phone)
    html = html_of(client.get("/my/"))
    assert "1 to do" in html and paper.number in html
    base = f"/my/{finding.parent.uid}/"
    assert base in html
    page = html_of(client.get(base))
    assert f"{base}{finding.uid}/answer/" in page and f"{base}paper/{paper.uid}.pdf" in page
    assert client.get(f"{base}paper/{paper.uid}.pdf").headers["Content-Type"] == "application/pdf"
    assert client.post(f"{base}{finding.uid}/answer/", {"answer": "done"}).status_code == 302
    with scoped(SYSTEM):
        finding.refresh_from_db()
        assert finding.state == "answered"


def signed() -> dict:
    import json
    from pathlib import Path

    record = Path(__file__).parents[2] / "fixtures" / "record_inspection_1.json"
    return json.loads(record.read_text())["papers"]["signed"]["rectification_order"]


def test_another_enterprises_matter_is_not_there(client, finding):
    with scoped(SYSTEM):
        other = Entity.objects.create(
            scheme="uscc", code="91370303MA3C000002", name="别家", area=finding.area, phone="0533-2180077"
        )
    sign_in(client, other.phone)
    answer = client.get(f"/my/{finding.parent.uid}/")
    assert answer.status_code == 404
    html = html_of(answer)
    assert "not among your matters" in html and "to-do" not in html


def test_more_findings_take_no_more_than_a_few_queries_each(client, w, link, finding, django_assert_max_num_queries):
    from zhijian.programmes.inspection import flow
    from zhijian.programmes.inspection.models import Inspection

    client.get(link)
    with scoped(SYSTEM):
        from zhijian.kernel.matters.perform import About

        for n in range(6):
            about = About(f"2.{n}", finding.area, w.entity, w.premises, finding.parent)
            perform(
                flow.RECTIFICATION, "order", SYSTEM, about=about, item=f"2.{n}", found="x", required="y",
                deadline=finding.due, by_field={"inspection": Inspection.objects.get(pk=finding.parent_id)},
            )  # fmt: skip
    with django_assert_max_num_queries(75):
        assert html_of(client.get(link)).count("data-photos ") == 7


def test_the_party_alone_sees_its_own_timeline(client, w, link, finding):
    with scoped(party_of(w.entity)) as party:
        perform(
            finding, "ask_time", party, asked_until=finding.due + dt.timedelta(days=5), asked_reason="parts are late"
        )
    html = html_of(client.get(link))
    assert "parts are late" in html and "· you" in html
    assert "Visit planned" not in html
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=finding.parent_id).entries.filter(kind="inspection.plan").exists()
