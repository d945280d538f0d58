"""What was drawn on a photo: kept beside the photo, linked to it, and never in its place."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from tests import world
from tests.gateways.field.test_field import here, phone, put, w  # noqa: F401 -- fixtures
from tests.phone import Phone, photo_of, picture, record

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter


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
    assert page.count("marked copy") == 1
    assert page.count("/shown") >= 4, "both are shown, each with its link"
    for one in (first, second):
        assert client.get(f"/files/{one.uid}/shown").status_code == 200


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
