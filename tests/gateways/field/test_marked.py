"""What was drawn on a photo: kept beside the photo, linked to it, and never in its place."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone
from PIL import Image
from tests import world
from tests.gateways.field.test_field import here, phone, put, w  # noqa: F401 -- fixtures
from tests.phone import Phone, photo_of, picture, record

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files, views
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making, render
from zhijian.kernel.papers.models import Paper


def test_the_photo_stays_and_the_marked_copy_names_it(phone: Phone, w: world.World, client: Any) -> None:  # noqa: F811
    taken, drawn, now = picture(1), picture(2), timezone.now()
    photo = photo_of(taken, "1.2", now)
    marked = {**photo_of(drawn, "1.2", now), "of": photo["sha256"]}
    sent = record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}}, photos=[marked, photo])
    _, told = put(phone, sent)
    assert told["flags"] == [] and set(told["blobs_missing"]) == {photo["sha256"], marked["sha256"]}
    with scoped(SYSTEM):
        for data in (taken, drawn):
            files.arrived(files.store(data))
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        first, second = (File.objects.get(matter=matter, expected=one["sha256"]) for one in (photo, marked))
        assert (first.drawn_on, second.drawn_on) == (None, first)
        assert files.read_blob(first.blob) == taken, "byte for byte"
        assert list(first.drawings.all()) == [second]
    client.force_login(w.inspector)
    page = client.get(f"/m/{matter.uid}/", headers={"accept-language": "en"}).content.decode()
    assert f"/files/{second.uid}/shown" in page
    assert f"/files/{first.uid}/shown" not in page, "what lies beneath the marks is not shown by itself"
    assert f"/files/{first.uid}/original" in page
    assert opened(matter) == 0
    assert client.get(f"/files/{second.uid}/shown").status_code == 200
    assert opened(matter) == 0
    for way in ("shown", "original"):
        assert client.get(f"/files/{first.uid}/{way}").status_code == 200
    assert opened(matter) == 2, "who looks beneath the marks is in the ledger"


def opened(matter: Matter) -> int:
    with scoped(SYSTEM):
        return LedgerEntry.objects.filter(matter=matter, kind="file.opened").count()


def coloured(colour: str) -> bytes:
    """A photo of one colour: what it is can be found again in a PDF."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG", quality=95)
    return out.getvalue()


def shown_in(bytes_: bytes) -> list[str]:
    """The colours of the photos in a PDF, as names."""
    names = {(0, 128, 0): "green", (255, 0, 0): "red"}
    found = []
    for page in pypdf.PdfReader(io.BytesIO(bytes_)).pages:
        for image in page.images:
            if image.image is None or image.image.width < 400:
                continue
            seen = image.image.convert("RGB").getpixel((20, 20))
            found.append(
                next(
                    (
                        name
                        for rgb, name in names.items()
                        if max(abs(a - b) for a, b in zip(seen, rgb, strict=True)) < 12
                    ),
                    "?",
                )
            )
    return found


def test_papers_show_the_marked_copy_and_nothing_undoes_the_blur(phone: Phone, w: world.World, client: Any) -> None:  # noqa: F811
    taken, drawn, now = coloured("red"), coloured("green"), timezone.now()
    photo = photo_of(taken, "1.2", now)
    marked = {**photo_of(drawn, "1.2", now), "of": photo["sha256"]}
    plain = photo_of(picture(7), "1.2", now)
    _, told = put(
        phone, record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}}, photos=[photo, marked, plain])
    )
    with scoped(SYSTEM):
        made = {one.kind: one for one in Paper.objects.filter(matter__uid=told["matter"]["uid"])}
        assert all(one.data["pictures"] == [
            {"item": "1.2", "taken": made["onsite_record"].data["ended"], "sha256": marked["sha256"],
             "of": photo["sha256"]}
        ] for one in made.values())  # fmt: skip
        before = {kind: render.pdf(one) for kind, one in made.items()}
    assert len(made) == 3
    for kind, bytes_ in before.items():
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(bytes_)).pages).replace("\u200b", "")
        assert "照片尚未传到" in text, kind
        assert shown_in(bytes_) == [], kind
    with scoped(SYSTEM):
        for data in (taken, drawn):
            files.arrived(files.store(data))
        for kind, one in made.items():
            one.refresh_from_db()
            bytes_ = render.pdf(one)
            text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(bytes_)).pages)
            assert "照片尚未传到" not in text
            assert photo["sha256"][:12] in text.replace("\u200b", "").replace("\n", ""), "the original by its digest"
            assert shown_in(bytes_) == ["green"], f"{kind}: the marked copy, once, and never what lies beneath"
            assert render.pdf(one) == bytes_, "kept"
        first, second = (
            File.objects.get(matter__uid=told["matter"]["uid"], expected=x["sha256"]) for x in (photo, marked)
        )
        copy = File.objects.filter(original=first).first()
        party = party_of(w.entity)
    request = RequestFactory().get("/")
    request.actor = party  # type: ignore[attr-defined]
    for file in filter(None, (first, copy)):
        for view in (views.shown, views.original):
            with scoped(party), pytest.raises(Http404):
                view(request, file.uid)
    with scoped(party):
        assert views.shown(request, second.uid).status_code == 200


def test_a_sealed_paper_stays_as_it_was_sealed(phone: Phone, w: world.World) -> None:  # noqa: F811
    taken, drawn, now = coloured("red"), coloured("green"), timezone.now()
    photo = photo_of(taken, "1.2", now)
    marked = {**photo_of(drawn, "1.2", now), "of": photo["sha256"]}
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {}}, photos=[photo, marked]))
    with scoped(SYSTEM):
        order = Paper.objects.get(matter__uid=told["matter"]["uid"], kind="rectification_order")
        order = making.affix_seal(order, SYSTEM)
        sealed = render.pdf(order)
        for data in (taken, drawn):
            files.arrived(files.store(data))
        order.refresh_from_db()
        assert render.pdf(order) == sealed
        assert shown_in(sealed) == []


def test_a_marked_picture_without_its_photo_is_a_doubt(phone: Phone, w: world.World) -> None:  # noqa: F811
    now = timezone.now()
    alone = {**photo_of(picture(1), "1.2", now), "of": "f" * 64}
    on_it = {**photo_of(picture(2), "1.2", now), "of": alone["sha256"]}
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {}}, photos=[alone, on_it]))
    assert [flag["code"] for flag in told["flags"]] == ["marked_alone"]
    with scoped(SYSTEM):
        kept = File.objects.filter(matter__uid=told["matter"]["uid"], kind="photo")
        assert kept.count() == 2, "nothing is dropped"
        assert not kept.exclude(drawn_on=None).exists(), "a copy of a copy is no copy of a photo"
