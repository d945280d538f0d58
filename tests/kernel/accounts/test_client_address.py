"""Whose tries are counted, with and without a proxy in front."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from zhijian.kernel.accounts.middleware import client_address


def _address(**headers: str) -> str:
    def told(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    return client_address(told)(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers)).content.decode()


def test_behind_a_proxy_the_address_is_the_one_it_wrote(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    assert _address() == "10.0.0.1"
    assert _address(x_forwarded_for="198.51.100.7") == "198.51.100.7"
    assert _address(x_forwarded_for="203.0.113.9, 198.51.100.7") == "198.51.100.7", "what a client forges stands before"


def test_without_a_proxy_the_header_is_anybodys(settings: Any) -> None:
    settings.BEHIND_PROXY = False
    with pytest.raises(MiddlewareNotUsed):
        _address(x_forwarded_for="198.51.100.7")
