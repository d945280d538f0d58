"""The enterprise confirms its address for service on its own page, signed with its finger."""

from __future__ import annotations

import json

import pytest

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.papers.models import AddressConfirmation
from zhijian.kernel.papers.render import pdf

pytestmark = pytest.mark.django_db
TOLD = {
    "electronic": "yes", "means": "phone", "account": "13805330001", "address": "水晶街 1 号", "receiver": "王清",
    "phone": "13805330001", "strokes": json.dumps([[[10, 20], [60, 80], [90, 30]]]),
}  # fmt: skip


def confirmed() -> list[AddressConfirmation]:
    with scoped(SYSTEM):
        return list(AddressConfirmation.objects.select_related("paper", "entity").order_by("pk"))


def test_it_is_signed_and_in_force(client, w, link):
    assert f"{link}address/" in client.get(link).content.decode()
    assert client.get(f"{link}address/").status_code == 200
    assert client.post(f"{link}address/", TOLD).status_code == 302
    (one,) = confirmed()
    assert (one.entity, one.electronic, one.account, one.until) == (w.entity, True, "13805330001", None)
    assert one.paper.signatures[0]["strokes"] == json.loads(TOLD["strokes"])
    assert "13805330001" not in json.dumps(one.paper.data)
    with scoped(SYSTEM):
        assert pdf(one.paper).startswith(b"%PDF-")
    assert client.post(f"{link}address/", {**TOLD, "electronic": "no"}).status_code == 302
    first, second = confirmed()
    assert (first.until, second.until, second.account) == (second.since, None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"strokes": ""},
        {"strokes": "[[1]]"},
        {"strokes": '{"a": 1}'},
        {"phone": "call me"},
        {"account": ""},
        {"address": ""},
    ],
)
def test_without_signature_or_with_nonsense_nothing_is_kept_and_nothing_typed_is_lost(client, link, wrong):
    answer = client.post(f"{link}address/", {**TOLD, **wrong})
    assert answer.status_code == 422
    assert "王清" in answer.content.decode()
    assert confirmed() == []
