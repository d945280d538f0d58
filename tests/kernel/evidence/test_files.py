"""Files by content: one blob for the same bytes, whole or not at all, judged by what they are."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
import os
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from tests import world
from tests.kernel.evidence import pictures
from tests.kernel.matters.test_scope import plan

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files, refusals
from zhijian.kernel.evidence.jobs import mend
from zhijian.kernel.evidence.models import Blob, File


def incoming() -> list[Path]:
    folder = files.local_folder(files.INCOMING)
    return list(folder.iterdir()) if folder and folder.exists() else []


def test_bytes_are_kept_as_they_are_under_both_digests(db: None) -> None:
    data = pictures.noise()
    blob = files.store(io.BytesIO(data))
    assert blob.sha256 == hashlib.sha256(data).hexdigest()
    assert blob.sm3 == hashlib.new("sm3", data).hexdigest()
    assert (blob.size, blob.media_type) == (len(data), "image/jpeg")
    assert files.read_blob(blob) == data
    assert Path(default_storage.path(f"sha256/{blob.sha256[:2]}/{blob.sha256}")).read_bytes() == data
    assert files.is_there(blob)
    assert incoming() == []


def test_the_same_bytes_are_one_blob_and_mend_a_damaged_file(db: None) -> None:
    data = pictures.noise()
    blob = files.store(data)
    Path(default_storage.path(files.path_of(blob.sha256))).write_bytes(b"broken")
    assert not files.is_there(blob)
    assert files.store(data) == blob
    assert files.read_blob(blob) == data
    assert Blob.objects.filter(pk=blob.pk).count() == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", refusals.WrongType),
        (b"<script>alert(1)</script>", refusals.WrongType),
        (b"GIF89a" + b"\0" * 100, refusals.WrongType),
        (b"%PDF-1.7 a paper is no photo", refusals.WrongType),
        (pictures.jpeg(400, 300)[:-200], refusals.WrongType),
        (pictures.bomb(), refusals.Bomb),
        (pictures.bomb(9000, 9000), refusals.Bomb),
        (pictures.noise(), refusals.TooLarge),
    ],
    ids=["nothing", "script", "gif", "pdf", "cut off", "bomb", "small bomb", "too large"],
)
def test_what_is_no_photo_is_not_kept(db: None, data: bytes, why: type[refusals.Refused]) -> None:
    before = Blob.objects.count()
    with pytest.raises(why) as caught:
        files.store(data, limit=50_000)
    assert caught.value.code
    assert str(caught.value.message)
    assert str(caught.value.mend)
    assert Blob.objects.count() == before
    assert not default_storage.exists(files.path_of(hashlib.sha256(data).hexdigest()))
    assert incoming() == []


def test_a_pdf_is_taken_where_it_is_wanted(db: None) -> None:
    assert files.store(b"%PDF-1.7 ...", media_types=files.PDF).media_type == "application/pdf"
    with pytest.raises(refusals.WrongType):
        files.store(pictures.jpeg(), media_types=files.PDF)


def test_bytes_must_be_those_that_were_announced(db: None) -> None:
    data = pictures.noise()
    with pytest.raises(refusals.Differs):
        files.store(data, expected="0" * 64)
    assert not default_storage.exists(files.path_of(hashlib.sha256(data).hexdigest()))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_says_so_and_leaves_nothing_half(db: None, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    data = pictures.noise()

    def full(handle: int) -> None:
        raise OSError(number, "no room")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(refusals.NoSpace) as caught:
        files.store(data)
    assert caught.value.status == 507
    assert incoming() == []
    assert not Blob.objects.filter(pk=hashlib.sha256(data).hexdigest()).exists()
    monkeypatch.undo()
    assert files.read_blob(files.store(data)) == data


def test_a_storage_without_paths_will_do(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = FileSystemStorage(location=tmp_path)

    class Remote:
        def path(self, name: str) -> str:
            raise NotImplementedError

        def __getattr__(self, name: str) -> object:
            return getattr(inner, name)

    monkeypatch.setattr(files, "default_storage", Remote())
    data = pictures.noise()
    blob = files.store(data)
    assert files.store(data) == blob
    assert files.read_blob(blob) == data
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [blob.sha256]


def test_two_who_store_the_same_at_once_get_one_blob(fresh_database: object) -> None:
    data, made, barrier = pictures.noise(), [], threading.Barrier(6)

    def work() -> None:
        barrier.wait()
        made.append(files.store(data).sha256)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [hashlib.sha256(data).hexdigest()] * 6
    assert Blob.objects.filter(pk=made[0]).count() == 1
    assert incoming() == []


def test_an_expected_photo_is_completed_when_its_bytes_arrive(w: world.World, matter: object) -> None:
    data = pictures.jpeg()
    taken = dt.datetime(2026, 11, 23, 10, 14, 5, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    sha256 = hashlib.sha256(data).hexdigest()
    with scoped(SYSTEM):
        photo = files.Expected(sha256, taken, "1.2", "36.8100001", "118.05", 12)
        [made] = files.expect(matter, [photo], actor=w.actor("甲"))
        assert (made.blob, made.tz_offset, str(made.lat)) == (None, 480, "36.810000")
        assert files.arrived(files.store(data)) == 1
        assert files.arrived(files.store(data)) == 0
        assert File.objects.get(pk=made.pk).blob_id == sha256
    jobs.run_pending()
    with scoped(SYSTEM):
        assert File.objects.filter(original=made).count() == 1, "the shown copy is made by itself"
        [again] = files.expect(matter, [files.Expected(sha256)], actor=w.actor("甲"))
        assert again.blob_id == sha256, "the bytes were here before the record"


def test_what_a_crash_left_is_mended(w: world.World, matter: object) -> None:
    data = pictures.jpeg(colour="navy")
    with scoped(SYSTEM):
        [made] = files.expect(matter, [files.Expected(hashlib.sha256(data).hexdigest())], actor=SYSTEM)
        files.store(data)  # and the process died before it could say so
        left = files.local_folder(files.INCOMING) / "left"
        left.write_bytes(b"half")
        young = left.with_name("young")
        young.write_bytes(b"half")
        os.utime(left, (time.time() - 100_000,) * 2)
        assert mend() == 1
        assert File.objects.get(pk=made.pk).blob_id
    assert [path.name for path in incoming()] == ["young"]
    young.unlink()


def record_and_bytes_cross(monkeypatch: pytest.MonkeyPatch) -> bool:
    """The record is being written while the photo arrives. Returns whether the photo was completed."""
    with scoped(SYSTEM):
        w = world.make()
        assert all([w.head, w.inspector, w.second])
    made = plan(w)
    data = pictures.noise()
    sha256 = hashlib.sha256(data).hexdigest()
    expected, bring = threading.Event(), threading.Event()

    def record() -> None:
        with scoped(SYSTEM):
            files.expect(made, [files.Expected(sha256)], actor=SYSTEM)
            expected.set()
            bring.wait(1.5)  # the rest of the record takes its time; with the lock the bytes wait for it
        connection.close()

    thread = threading.Thread(target=record)
    thread.start()
    assert expected.wait(10)
    blob = files.store(data)
    with scoped(SYSTEM):
        files.arrived(blob)
    bring.set()
    thread.join()
    with scoped(SYSTEM):
        return File.objects.get(expected=sha256).blob_id == sha256


def test_without_the_lock_a_photo_and_its_record_miss_each_other(
    fresh_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_one_at_a_time", lambda sha256: None)
    assert record_and_bytes_cross(monkeypatch) is False


def test_with_the_lock_they_meet(fresh_database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert record_and_bytes_cross(monkeypatch) is True


def test_only_two_pictures_are_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, guard = 0, 0, threading.Lock()
    real = files.Image.open

    def slow(*args: object, **kwargs: object) -> object:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        time.sleep(0.05)
        with guard:
            inside -= 1
        return real(*args, **kwargs)

    monkeypatch.setattr(files.Image, "open", slow)
    data = pictures.jpeg()

    def run(limit: object) -> int:
        nonlocal most
        most = 0
        monkeypatch.setattr(files, "decoding", limit)
        threads = [threading.Thread(target=files.sniff, args=(io.BytesIO(data),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return most

    assert run(nullcontext()) > 2
    assert run(threading.BoundedSemaphore(2)) <= 2
