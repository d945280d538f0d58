"""The desk learns at night from what people confirmed, keeps what is better, and says of each attempt why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from tests.programmes.complaints.conftest import do, matter_of, order, take_in
from tests.programmes.complaints.understanding.test_classify import made

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.files import path_of
from zhijian.programmes.complaints import categories, training
from zhijian.programmes.complaints.models import Learning
from zhijian.programmes.complaints.understanding.classify import Sample

OF = "complaint_problem"
HERE = {"P04": "P02", "P08": "P03", "P17": "P01"}  # as this bureau sorts: not as the pack's words would


def ours(n: int, seed: int = 1) -> list[Sample]:
    return [replace(one, label=HERE[one.label]) for one in made(n, seed)]


def attempts() -> list[tuple[bool, bool, str]]:
    with scoped(SYSTEM):
        return list(Learning.objects.order_by("at").values_list("taken", "in_use", "why"))


def test_on_the_first_day_the_pack_s_words_propose_and_the_card_says_so(w, centre, client):
    with scoped(SYSTEM):
        assert categories.model_in_use(OF).starting
        assert categories.proposed(OF, "办了年卡后跑路")[0].code == "P17"
    client.force_login(w.head)
    page = client.get("/complaints/models/").content.decode()
    assert "P01" not in page and "2026" not in page.split("<main")[1].split("</main")[0]


def test_only_what_people_confirmed_is_learnt_from_and_too_little_is_said_so(w, centre):
    take_in(centre, order(), order("ZB2"))
    do(centre, matter_of("ZB2"), "categorise", category="P04")
    with scoped(SYSTEM):
        (sample,) = training.confirmed(OF)
    assert (sample.label, sample.text) == ("P04", "吃出异物\n在清风小馆吃出头发，要求退款。")
    assert not training.learn(OF)
    assert attempts() == [(False, False, training.TOO_FEW)]
    training.learn(OF)
    assert len(attempts()) == 1, "nothing was confirmed since"
    do(centre, matter_of("ZB2"), "categorise", category="P01")
    training.learn(OF)
    assert len(attempts()) == 2, "a correction is learnt from"


def test_the_better_one_is_taken_with_its_card_and_a_tie_is_not(w, monkeypatch, client):
    monkeypatch.setattr(training, "confirmed", lambda of: ours(600))
    assert training.learn(OF)
    with scoped(SYSTEM):
        row = Learning.objects.get(in_use=True)
        model = categories.model_in_use(OF)
        assert not model.starting and row.card["digest"] == row.blob_id
        (first, *_) = categories.proposed(OF, "我在幸福超市买的，面包已经发霉")
        assert first.code == "P02" and "发霉" in "".join(first.words)
    monkeypatch.setattr(training, "confirmed", lambda of: ours(620))
    assert not training.learn(OF)
    assert [one[:2] for one in attempts()] == [(True, True), (False, False)]
    client.force_login(w.head)
    page = client.get("/complaints/models/").content.decode()
    assert "售后服务" in page and "未采用" in page


def test_damaged_bytes_propose_nothing_and_the_next_night_takes_another(w, monkeypatch, settings, client):
    monkeypatch.setattr(training, "confirmed", lambda of: ours(600, seed=5))
    assert training.learn(OF)
    with scoped(SYSTEM):
        place = default_storage.path(path_of(Learning.objects.get().blob_id))
    categories.loaded.cache_clear()
    with open(place, "r+b") as file:
        file.write(b"xxxx")
    with scoped(SYSTEM):
        assert categories.model_in_use(OF) is None and categories.proposed(OF, "面包已经发霉") == []
    client.force_login(w.head)
    assert "无法读取" in client.get("/complaints/models/").content.decode()
    monkeypatch.setattr(training, "confirmed", lambda of: ours(640, seed=2))
    assert training.learn(OF)
    with scoped(SYSTEM):
        assert categories.model_in_use(OF) is not None


def test_an_office_s_people_read_the_card_others_do_not(w, client):
    client.force_login(w.inspector)
    assert client.get("/complaints/models/").status_code == 404


@pytest.fixture(autouse=True)
def _fresh():
    categories.loaded.cache_clear()
    yield
    categories.loaded.cache_clear()
