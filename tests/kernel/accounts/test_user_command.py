"""`zhijian user` and what it leaves in the ledger."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry

pytestmark = pytest.mark.django_db


def user(*line: str) -> str:
    out = io.StringIO()
    call_command("user", *line, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIJIAN_PASSWORD", "a long enough one 7")


def test_from_the_first_day_to_the_last() -> None:
    user("add", "chen", "陈一", "--role", "admin", "--area", "3703")
    user("post", "chen", "--role", "inspector", "--area", "370303009", "--since", "2026-01-01")
    assert "陈一: admin 3703, inspector 370303009" in user("list")
    assert Person.objects.get(username="chen").check_password("a long enough one 7")
    assert "2 posts ended, account locked" in user("retire", "chen")
    assert "陈一 (locked): no post" in user("list")
    with scoped(SYSTEM):
        subject = f"account:{Person.objects.get(username='chen').pk}"
        kinds = list(LedgerEntry.objects.filter(subject=subject).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["account.made", *["account.post_given"] * 2, *["account.post_ended"] * 2, "account.locked"]


def test_a_weak_password_and_an_unknown_office_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="999"):
        user("add", "chen", "陈一", "--role", "admin", "--area", "999")
    monkeypatch.setenv("ZHIJIAN_PASSWORD", "123")
    with pytest.raises(CommandError):
        user("add", "chen", "陈一", "--role", "admin", "--area", "3703")
    assert not Person.objects.filter(username="chen").exists()
