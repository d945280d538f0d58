"""We ask another platform's endpoint: its orders come once each, our answers go once each, whoever falls over."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.utils import timezone
from tests import world
from tests.gateways.open311.conftest import PLATFORM, answered, do, taken, work

from zhijian.gateways.open311 import client, lines, media, posting, pulling
from zhijian.gateways.open311.client import Endpoint
from zhijian.gateways.open311.models import Media, Peer, Posted, Request, Update
from zhijian.gateways.open311.simulator import Store, serve
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.exchange.models import Owed, State
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices.webhooks.post import NotAllowed
from zhijian.programmes.complaints.flow import COMPLAINT
from zhijian.programmes.complaints.models import Order

KEY = "their key"


class There:
    """The other side: its store, our row about it."""

    def __init__(self, store: Store, url: str) -> None:
        self.store = store
        since = timezone.now() - dt.timedelta(days=2)
        self.peer = Peer.objects.create(platform=PLATFORM, url=url, api_key=KEY, pulled=since)

    def exchange(self) -> bool:
        done = client.exchange(self.peer.pk)
        work()
        self.peer.refresh_from_db()
        return done


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "other.db")


@pytest.fixture
def other(w, store, settings):
    with serve(store, KEY) as url:
        settings.WEBHOOK_HOSTS = [url.split("/")[2]]
        yield There(store, url)


def matters() -> int:
    with scoped(SYSTEM):
        return Matter.objects.filter(kind="complaint").count()


def test_their_orders_come_once_however_often_they_are_listed(w, other, monkeypatch):
    monkeypatch.setattr(pulling, "SIZE", 5)
    other.store.make(12)
    other.store.make(1, "OLD", at=(timezone.now() - dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert other.exchange() and matters() == 13, "three pages; and what came into view late"
    assert other.exchange() and other.exchange() and matters() == 13
    assert timezone.now() - other.peer.pulled < dt.timedelta(minutes=5)
    item = taken("SIM-000000").item
    assert item.said_name == "清风小馆" and item.said_category == "食品安全"
    with scoped(SYSTEM):
        assert Order.objects.filter(platform=PLATFORM, given=True).count() == 13


def test_an_answer_goes_once_and_they_read_it(w, other):
    other.store.make(2)
    other.exchange()
    matter = answered(w, "SIM-000001")
    assert other.exchange()
    got = other.store.rows("SELECT * FROM got")
    assert [(one["number"], one["status"], one["text"], one["times"]) for one in got] == [
        ("SIM-000001", "closed", "经调解，商家已退款 58 元。", 1)
    ]
    with scoped(SYSTEM):
        assert Owed.objects.get(matter=matter, platform=PLATFORM).state == State.RECEIPT
    other.exchange()
    assert other.store.rows("SELECT * FROM got") == got


def test_an_answer_whose_receipt_was_lost_goes_again_under_the_same_number(w, other, monkeypatch):
    other.store.make(1)
    other.exchange()
    answered(w, "SIM-000000")
    whole = posting._settled
    monkeypatch.setattr(posting, "_settled", lambda *_args, **_more: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        client.exchange(other.peer.pk)
    monkeypatch.setattr(posting, "_settled", whole)
    assert other.exchange()
    assert [(one["number"], one["times"]) for one in other.store.rows("SELECT * FROM got")] == [("SIM-000000", 2)]


def test_what_they_refuse_comes_back_to_whoever_reports_it(w, other):
    other.store.make(1)
    other.exchange()
    matter = answered(w, "SIM-000000")
    with other.store.open() as db:
        db.execute("DELETE FROM request")
    assert other.exchange(), "one record is refused; the endpoint is well"
    with scoped(SYSTEM):
        owed = Owed.objects.get(matter=matter, platform=PLATFORM)
        assert (owed.state, owed.why) == (State.SENT_BACK, "HTTP 404: service_request_id")


def test_their_updates_are_heard_and_our_own_word_is_not_repeated_to_us(w, other):
    other.store.make(1)
    other.exchange()
    answered(w, "SIM-000000")
    other.exchange()
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    with other.store.open() as db:
        rows = [("7", "closed", "经调解，商家已退款 58 元。"), ("8", "open", "钱还没退。")]
        db.executemany("INSERT INTO ours VALUES (?, 'SIM-000000', ?, ?, ?)", [(*one, now) for one in rows])
    other.exchange()
    other.exchange()
    assert list(Update.objects.filter(ours=False).values_list("code", flat=True)) == ["8"]
    assert taken("SIM-000000").state == "handling"


def test_what_changed_there_is_an_addition_and_no_second_order(w, other):
    other.store.make(1)
    other.exchange()
    with other.store.open() as db:
        told = json.loads(db.execute("SELECT told FROM request").fetchone()[0]) | {"description": "店名写错了。"}
        db.execute("UPDATE request SET told = ?", [json.dumps(told)])
    other.exchange()
    other.exchange()
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="open311.said").count() == 1
    assert matters() == 1


def test_an_order_of_an_unknown_kind_is_an_enquiry_and_a_wrong_moment_is_for_the_desk(w, other):
    with other.store.open() as db:
        at = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        told = json.dumps({"service_code": "pothole", "service_name": "Pothole", "description": "x"})
        db.execute("INSERT INTO request (number, told, at, status) VALUES ('P1', ?, ?, 'open')", [told, at])
        told = json.dumps({"service_code": "P04", "description": "x", "requested_datetime": "2099-01-01T00:00:00Z"})
        db.execute("INSERT INTO request (number, told, at, status) VALUES ('P2', ?, ?, 'open')", [told, at])
    other.exchange()
    assert taken("P1").kind == "enquiry"
    assert Request.objects.get(number="P2").state == Request.State.UNFIT
    with other.store.open() as db:
        db.execute(
            "UPDATE request SET told = ? WHERE number = 'P2'", [json.dumps({"service_code": "P04", "description": "y"})]
        )
    other.exchange()
    assert taken("P2").kind == "complaint", "mended over there"


def test_our_registration_goes_as_a_request_and_its_number_comes_by_the_token(w, other, monkeypatch):
    with scoped(SYSTEM):
        Peer.objects.update(platform="amr12315", service="311")
        about = About("清风小馆", world.OFFICE)
        told = {"channel": "phone", "text": "吃出头发", "person": "张先生", "phone": "13805331234"}
        matter = perform(COMPLAINT, "register", SYSTEM, about=about, **told)
    do(w.actor("所长"), matter, "assign", assignee=w.inspector.pk)
    other.peer.refresh_from_db()
    assert other.exchange()
    given = other.store.rows("SELECT * FROM given")
    assert [(one["external"], one["times"]) for one in given] == [(matter.number, 1)]
    with scoped(SYSTEM):
        order = Order.objects.get(matter=matter)
        assert (order.platform, order.number, order.given) == ("amr12315", "GIVEN-000001", False)
        assert Owed.objects.get(matter=matter, table="registrations").state == State.RECEIPT
    assert not Posted.objects.exists()
    other.exchange()
    assert other.store.rows("SELECT * FROM given") == given


def test_an_endpoint_that_fails_is_seen_and_nothing_is_lost(w, other, settings):
    from tests.kernel.people.conftest import signed_in

    other.store.make(3)
    for broken in ({"api_key": "wrong"}, {"url": "http://127.0.0.1:9/v2"}, {"url": "https://elsewhere.example/v2"}):
        other.peer.refresh_from_db()
        before = {name: getattr(other.peer, name) for name in broken}
        Peer.objects.update(**broken)
        assert not other.exchange() and other.peer.failing_since and other.peer.error
        Peer.objects.update(**before)
    page = signed_in(w.people["管理员"]).get("/").content.decode()
    assert "1 Open311 endpoint cannot be reached" in page
    assert other.exchange() and other.peer.failing_since is None and matters() == 3


class Flat:
    """An endpoint that knows no pages, and lists no more than so many rows."""

    def __init__(self, moments: list[dt.datetime]) -> None:
        self.moments = moments

    def ask(self, method: str, path: str, asked: dict[str, str]) -> list[dict[str, str]]:
        if path != "requests":
            raise client.Refused(404, "updates")
        rows = [
            {
                "service_request_id": f"F{n}",
                "service_code": "P04",
                "requested_datetime": at.isoformat(),
                "description": "x",
            }
            for n, at in enumerate(self.moments)
            if asked["start_date"] <= pulling._iso(at) <= asked["end_date"]
        ]
        return rows[: pulling.CAP]


def test_an_endpoint_without_pages_is_read_by_shorter_windows(w, monkeypatch):
    monkeypatch.setattr(pulling, "SIZE", 10)
    monkeypatch.setattr(pulling, "CAP", 40)
    now = timezone.now()
    peer = Peer.objects.create(platform=PLATFORM, url="x", api_key="", pulled=now - dt.timedelta(days=1), swept=now)
    flat = Flat([now - dt.timedelta(minutes=10 * n) for n in range(60)])
    assert pulling.pull(peer, flat, now) == 60  # type: ignore[arg-type]
    peer.refresh_from_db()
    assert peer.pulled == now


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "::", "2002:7f00:1::", "240.0.0.1",
])  # fmt: skip
def test_no_picture_is_fetched_from_within(address, monkeypatch):
    assert not lines.is_public(address)
    found = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(lines.socket, "getaddrinfo", lambda *_args, **_more: found)
    with pytest.raises(lines.NoPicture, match="private"):
        lines.picture("https://pictures.example/a.jpg")


@pytest.mark.parametrize("url", [
    "http://pictures.example/a.jpg", "file:///etc/passwd", "https://u:p@pictures.example/", "https://x.example:8443/a",
    "https:///a", "gopher://x", "https://[::1", "",
])  # fmt: skip
def test_a_picture_s_address_is_plain_https(url):
    with pytest.raises(lines.NoPicture, match="address"):
        lines.picture(url)


def test_a_picture_that_is_named_is_fetched_judged_and_hung_on_the_matter(w, there, monkeypatch):
    from tests.gateways.open311.test_served import jpeg

    there.give(external_id="M1", media_url="https://a.example/1.jpg,https://a.example/2.jpg,https://a.example/3.jpg")
    work()

    def fetched(url: str) -> bytes:
        if url.endswith("1.jpg"):
            return jpeg()
        if url.endswith("2.jpg"):
            return b"<html>"
        raise lines.Silence("later")

    monkeypatch.setattr(lines, "picture", fetched)
    one, two, three = Media.objects.order_by("pk").values_list("pk", flat=True)
    media.fetch(one)
    media.fetch(one)
    media.fetch(two)
    with pytest.raises(lines.Silence):
        media.fetch(three)
    with scoped(SYSTEM):
        assert File.objects.filter(matter=taken("M1"), original=None).count() == 1
    assert list(Media.objects.order_by("pk").values_list("attached", "why")) == [
        (True, ""), (False, "WrongType"), (False, ""),
    ]  # fmt: skip


def test_only_named_hosts_are_asked(settings):
    settings.WEBHOOK_HOSTS = ["there.example", "127.0.0.1:8095"]
    lines.may_ask("https://there.example/open311/v2")
    lines.may_ask("http://127.0.0.1:8095/v2")
    for url in (
        "http://there.example/v2",
        "https://elsewhere.example/v2",
        "http://127.0.0.1:1/v2",
        "http://10.0.0.1/v2",
    ):
        with pytest.raises(NotAllowed):
            lines.may_ask(url)


def test_an_administrator_sets_it_up_and_a_key_is_shown_once(w, settings):
    from tests.kernel.people.conftest import signed_in

    settings.WEBHOOK_HOSTS = ["there.example"]
    admin, address = signed_in(w.people["管理员"]), "/exchange/open311/"
    assert address in admin.get("/exchange/interfaces/").content.decode()
    page = admin.post(address, {"platform": PLATFORM, "act": "key", "name": "城市热线", "pace": "50"}).content.decode()
    key = page.split('<pre class="digest">')[1].split("<")[0]
    assert len(key) == 40 and key not in admin.get(address).content.decode()
    assert (
        admin.post(address, {"platform": PLATFORM, "act": "peer", "url": "https://bad.example/v2"}).status_code == 422
    )
    told = {"platform": PLATFORM, "act": "peer", "url": "https://there.example/v2/", "api_key": "secret", "pulls": "1"}
    assert admin.post(address, told).status_code == 200
    admin.post(address, {**told, "api_key": ""})
    peer = Peer.objects.get()
    assert (peer.url, str(peer.api_key), peer.pulls, peer.posts) == ("https://there.example/v2", "secret", True, False)
    assert "secret" not in admin.get(address).content.decode()
    admin.post(address, {"platform": PLATFORM, "act": "off"})
    peer.refresh_from_db()
    assert not peer.active
    for wrong in ({"platform": "gsxt", "act": "key"}, {"platform": PLATFORM, "act": "x"},
                  {"platform": PLATFORM, "act": "revoke", "key": "x"}):  # fmt: skip
        assert admin.post(address, wrong).status_code == 404
    assert signed_in(w.people["市中心"]).get(address).status_code == 404
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="exchange.endpoint").count() == 4


def test_a_practice_copy_asks_nobody(w, other, settings):
    settings.TRAINING = True
    assert not other.exchange() and "practice" in other.peer.error
    assert isinstance(Endpoint("x", "", ""), Endpoint)
