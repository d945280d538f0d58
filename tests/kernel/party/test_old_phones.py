"""Nobody is given another page for the browser that he has."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
AGENTS = {
    "wechat": "Mozilla/5.0 (Linux; Android 10) Chrome/86.0.4240.99 XWEB/4317 Mobile MicroMessenger/8.0.28.2240",
    "x5": "Mozilla/5.0 (Linux; U; Android 7.0) Version/4.0 Chrome/57.0.2987.132 MQQBrowser/8.9 TBS/044904 Mobile",
    "none": "",
}


def page(address: str, agent: str) -> tuple[int, str]:
    answer = Client(HTTP_ACCEPT_LANGUAGE="zh-CN", HTTP_USER_AGENT=agent).get(address)
    return answer.status_code, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


@pytest.mark.parametrize("agent", AGENTS.values(), ids=AGENTS)
def test_the_page_is_the_same_whatever_browser_asks(w, link, agent):
    for address in (link, "/my/sign-in/", "/v/", f"/d/{w.premises.door_code}/", "/p/nothing/"):
        assert page(address, agent) == page(address, "Mozilla/5.0 Chrome/156.0.0.0 Safari/537.36"), address


def test_large_type_is_kept_without_an_account(client, link):
    assert 'class="large"' not in client.get(link).content.decode()
    answer = client.post("/type/", {"large": "1", "next": link})
    assert answer.status_code == 302 and answer.url == link
    assert 'class="large"' in client.get(link).content.decode()
    assert 'class="large"' in client.get("/login/").content.decode()
    client.post("/type/", {"large": "", "next": link})
    assert 'class="large"' not in client.get(link).content.decode()


def test_the_choice_leads_to_no_other_site(client):
    assert client.post("/type/", {"large": "1", "next": "https://elsewhere.example/"}).url == "/"
