"""The seal on request: asked, granted by hand or by an e-seal service over HTTP, refused; a paper is sealed once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from tests import world

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.papers import acts as paper_acts
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Paper, SealRequest
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.papers.sealing import acts, providers, simulator
from zhijian.kernel.simulating import serve

ORDER = "rectification_order"


def sign_in(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def make(matter: Any, shared: dict[str, Any]) -> Callable[[], Paper]:
    def paper() -> Paper:
        with scoped(SYSTEM):
            return making.make(ORDER, matter, shared["papers"]["signed"][ORDER], actor=SYSTEM)

    return paper


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[simulator.Desk]:
    """An e-seal service by HTTP, as an installation would have it."""
    with serve(simulator.Desk()) as (url, desk):
        settings.SEAL_PROVIDER = "zhijian.kernel.papers.sealing.providers.HttpSeal"
        settings.SEAL_URL, settings.SEAL_KEY = url, desk.public_key
        monkeypatch.setenv("ZHIJIAN_SECRET_SEAL", desk.token)
        yield desk


def asked(w: world.World, paper: Paper) -> SealRequest:
    with scoped(w.actor(w.inspector.name)) as actor:
        return acts.ask(paper, actor)


def granted(w: world.World, paper: Paper) -> SealRequest:
    one = asked(w, paper)
    with scoped(w.actor(w.head.name)) as actor:
        return acts.grant(one, actor, by_hand=False)


def now(row: Any) -> Any:
    with scoped(SYSTEM):
        return type(row).objects.get(pk=row.pk)


def run(one: SealRequest) -> None:
    """One try of the job, as a worker makes it."""
    acts.seal_now(request=one.pk)


def test_asked_on_the_paper_granted_on_the_sealers_desk(w, make, service):
    paper = make()
    officer = sign_in(w.inspector)
    page = officer.get(f"/m/{paper.matter.uid}/").content.decode()
    assert f"/papers/{paper.uid}/seal/ask/" in page
    assert officer.post(f"/papers/{paper.uid}/seal/ask/", {"note": "urgent"}).status_code == 302
    assert officer.post(f"/papers/{paper.uid}/seal/ask/").status_code == 409, "asked for once"
    assert officer.get("/papers/requests/").status_code == 404
    head = sign_in(w.head)
    assert "1 seal is asked for" in head.get("/").content.decode()
    assert "urgent" in head.get("/papers/requests/").content.decode()
    with scoped(SYSTEM):
        one = SealRequest.objects.get()
    sent = {"uid": str(one.uid), "how": "eseal"}
    assert paper.number in head.post("/papers/requests/grant/", sent).content.decode()
    assert now(one).state == "asked", "asked once more before it is done"
    assert head.post("/papers/requests/grant/", {**sent, "go": "1"}).status_code == 302
    jobs.run_pending()
    done, sealed = now(one), now(paper)
    assert (done.state, done.serial, sealed.sealed) == ("sealed", "SIM-000001", True)
    with scoped(SYSTEM):
        sealed = Paper.objects.select_related("matter", "file__blob").get(pk=paper.pk)
        kept = pdf(sealed)
        entry = LedgerEntry.objects.get(kind="paper.seal")
    assert kept == base64.b64decode(service.sealed[str(one.uid)]["sealed"]), (
        "the file is the service's own, byte for byte"
    )
    with scoped(SYSTEM):
        grant = LedgerEntry.objects.get(kind="seal.granted")
    assert (grant.at, grant.pk) < (entry.at, entry.pk), "pages list the grant before the seal"
    assert entry.data["file"] == hashlib.sha256(kept).hexdigest() == sealed.file.blob_id
    assert entry.actor == f"person:{w.head.pk}"
    check = Client().post(f"/v/{paper.code}", {"digest": entry.data["file"]}).content.decode()
    assert 'class="box good" role="status"' in check


def test_silence_is_tried_again_and_never_seals_twice(w, make, service):
    one = granted(w, make())
    service.fail = [503]
    with pytest.raises(providers.TryLater):
        run(one)
    service.lose = 1  # the seal is put on, the answer is lost
    with pytest.raises(providers.TryLater):
        run(one)
    assert (now(one).state, service.stamps) == ("granted", 1)
    run(one)
    assert (now(one).state, service.stamps, service.posts) == ("sealed", 1, 2)
    run(one)
    assert service.stamps == 1, "a job that runs once more finds nothing to do"


def test_a_service_that_stays_silent_is_given_up_and_granted_again_later(w, make, service):
    paper = make()
    one = granted(w, paper)
    service.fail = [503] * acts.TRIES
    for _ in range(acts.TRIES - 1):
        with pytest.raises(providers.TryLater):
            run(one)
    run(one)
    assert (now(one).state, now(paper).sealed) == ("failed", False)
    page = sign_in(w.head).get("/papers/requests/").content.decode()
    assert "did not do it" in page and "HTTP 503" in page
    with scoped(w.actor(w.head.name)) as actor:
        acts.grant(now(one), actor, by_hand=False)
    run(one)
    assert (now(one).state, service.stamps) == ("sealed", 1)


@pytest.mark.parametrize("spoilt", ["key", "document_sha256", "sealed_sha256", "serial", "sealed", "signature"])
def test_an_answer_that_was_changed_on_the_way_seals_nothing(w, make, service, spoilt, monkeypatch):
    paper = make()
    one = granted(w, paper)
    honest = simulator.Desk.seal

    def changed(desk: simulator.Desk, told: dict[str, Any]) -> dict[str, Any]:
        answer = dict(honest(desk, told))
        value = answer[spoilt]
        answer[spoilt] = base64.b64encode(b"%PDF-1.7 forged").decode() if spoilt == "sealed" else value[::-1]
        return answer

    monkeypatch.setattr(simulator.Desk, "seal", changed)
    run(one)
    assert (now(one).state, now(paper).sealed) == ("failed", False)
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="seal.failed").count() == 1


def test_what_is_being_sealed_is_not_stamped_by_hand_and_a_void_paper_is_not_sealed(w, make, service):
    paper = make()
    one = granted(w, paper)
    with scoped(w.actor(w.head.name)) as actor:
        with pytest.raises(NotOpen):
            paper_acts.seal(paper, actor)
        paper_acts.void(paper, "wrong deadline", actor)
    run(one)
    assert (now(one).state, now(paper).sealed, service.posts) == ("failed", False, 0)


def test_refused_with_a_reason_that_the_officer_reads_and_asked_again(w, make):
    paper = make()
    one = asked(w, paper)
    head = sign_in(w.head)
    address = f"/papers/requests/{one.uid}/refuse/"
    assert head.post(address, {"reason": ""}).status_code == 422
    assert head.post(address, {"reason": "The deadline lies on a Sunday"}).status_code == 302
    assert head.post(address, {"reason": "again"}).status_code == 409
    with scoped(SYSTEM):
        told = Notice.objects.get(template="papers.seal_refused")
    assert (told.person_id, told.channel) == (w.inspector.pk, "in_app")
    assert "The seal was refused" in sign_in(w.inspector).get("/inbox/").content.decode()
    late = head.post("/papers/requests/grant/", {"uid": str(one.uid), "how": "hand"}, follow=True).content.decode()
    assert "it was decided meanwhile" in late
    assert w.head.name in late
    assert "Nothing was chosen" not in late
    assert "Nothing was chosen" in head.post("/papers/requests/grant/", follow=True).content.decode()
    assert "on a Sunday" in sign_in(w.inspector).get(f"/m/{paper.matter.uid}/").content.decode()
    assert asked(w, paper).pk != one.pk
    assert sign_in(w.stranger).get(address).status_code == 404


def test_by_hand_the_request_is_done_and_the_file_frozen(w, make):
    paper = make()
    one = asked(w, paper)
    with scoped(SYSTEM):
        clerk = w.person("内勤", Role.CLERK, world.OFFICE)
    sent = {"uid": str(one.uid), "how": "hand", "go": "1"}
    assert sign_in(clerk).post("/papers/requests/grant/", sent).status_code == 302
    jobs.run_pending()
    assert (now(one).state, now(one).provider, now(one).decided_by_id) == ("sealed", "hand", clerk.pk)
    with scoped(SYSTEM):
        sealed = Paper.objects.select_related("matter", "file__blob").get(pk=paper.pk)
        assert LedgerEntry.objects.get(kind="paper.frozen").data["file"] == sealed.file.blob_id
        assert pdf(sealed)
        assert LedgerEntry.objects.filter(kind="paper.frozen").count() == 1


def test_without_a_service_nobody_can_choose_it(w, make, settings):
    settings.SEAL_PROVIDER, settings.DEMO = "", False
    one = asked(w, make())
    with scoped(w.actor(w.head.name)) as actor, pytest.raises(NotOpen):
        acts.grant(one, actor, by_hand=False)
