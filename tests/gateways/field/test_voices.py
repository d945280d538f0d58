"""A voice note: taken in like a photo, told by its content, heard on the page of its visit, by whom it concerns."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests import world
from tests.gateways.field.test_field import here, phone, put, w  # noqa: F401 -- fixtures
from tests.kernel.evidence.test_voice_seconds import long_webm
from tests.phone import Phone, photo_of, picture, record

from zhijian.gateways.uploads import problems
from zhijian.gateways.uploads.parts import Part
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.refusals import TooLong, WrongType
from zhijian.kernel.matters.models import Matter

SOUND = (Path(__file__).resolve().parents[2] / "fixtures/voice.webm").read_bytes()
ENGLISH = {"accept-language": "en"}


def voice_of(data: bytes, item: str) -> dict[str, Any]:
    """How a record names a voice note."""
    return {
        "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "type": "audio/webm",
        "taken": timezone.now().isoformat(), "item": item, "seconds": 3,
    }  # fmt: skip


def sent_up(data: bytes, folder: Path, monkeypatch: Any) -> File:
    """The bytes come in by the door of uploads."""
    monkeypatch.setenv("ZHIJIAN_UPLOADS", str(folder))
    part = Part("device", hashlib.sha256(data).hexdigest())
    part.append(data, 0)
    with scoped(SYSTEM):
        files.arrived(files.register(part.complete(len(data))))
        return File.objects.get(expected=part.sha256)


def test_a_note_is_heard_on_the_page_of_its_visit(
    phone: Phone, w: world.World, client: Any, tmp_path: Path, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    named = voice_of(SOUND, "1.2")
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}}, voices=[named]))
    assert told["flags"] == [] and told["blobs_missing"] == [named["sha256"]]
    client.force_login(w.inspector)
    address = f"/m/{told['matter']['uid']}/"
    page = client.get(address, headers=ENGLISH).content.decode()
    assert "Voice notes" in page and "still on the phone" in page and "<audio" not in page
    kept = sent_up(SOUND, tmp_path, monkeypatch)
    assert (kept.kind, kept.item) == ("voice", "1.2")
    page = client.get(address, headers=ENGLISH).content.decode()
    assert f'<audio controls preload="none" src="/files/{kept.uid}/shown"' in page
    heard = client.get(f"/files/{kept.uid}/shown")
    assert (heard.status_code, heard["Content-Type"]) == (200, "audio/webm")
    assert b"".join(heard.streaming_content) == SOUND, "byte for byte"
    assert "sandbox" in heard["Content-Security-Policy"] and heard["X-Content-Type-Options"] == "nosniff"
    assert "media-src 'self' blob:" in client.get(address)["Content-Security-Policy"]
    with scoped(SYSTEM):
        stranger = w.stranger
    client.force_login(stranger)
    assert client.get(f"/files/{kept.uid}/shown").status_code == 404


def test_what_it_is_shown_as_follows_from_what_it_is(
    phone: Phone, w: world.World, tmp_path: Path, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    shot, now = picture(5), timezone.now()
    called_voice, called_photo = voice_of(shot, "1.2"), photo_of(SOUND, "1.2", now)
    put(phone, record(phone, here(phone, w), failed={"1.2": {}}, voices=[called_voice], photos=[called_photo]))
    assert sent_up(shot, tmp_path, monkeypatch).kind == "photo"
    assert sent_up(SOUND, tmp_path, monkeypatch).kind == "voice"


def test_a_film_is_no_note(w: world.World, tmp_path: Path, monkeypatch: Any) -> None:  # noqa: F811
    film = SOUND.replace(b"\x83\x81\x02", b"\x83\x81\x01")
    assert film != SOUND
    with pytest.raises(WrongType):
        sent_up(film, tmp_path, monkeypatch)


def test_a_phone_without_notes_sends_what_it_always_sent(phone: Phone, w: world.World) -> None:  # noqa: F811
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {}}))
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        assert not File.objects.filter(matter=matter).exclude(kind__in=["paper", "signature"]).exists()


def test_a_note_of_more_than_a_minute_does_not_come_in_and_its_record_stays(
    phone: Phone, w: world.World, tmp_path: Path, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    long = long_webm(75)
    named = voice_of(long, "1.2")
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}}, voices=[named]))
    with pytest.raises(TooLong) as caught:
        sent_up(long, tmp_path, monkeypatch)
    problem = problems.refused(caught.value)
    assert (problem.status, problem.code) == (422, "file.long")
    assert str(TooLong.mend) in str(caught.value), "it says that the note stays on the phone"
    _, told = phone.call("GET", f"records/{told['id']}")
    assert told["state"] == "accepted", "what was signed is kept"
    assert told["blobs_missing"] == [named["sha256"]]
    status, answer = phone.call("POST", f"records/{told['id']}/aside", {"photos": [named["sha256"]]})
    assert (status, answer) == (200, {"aside": 1}), "exported by hand: said so"
