"""What everybody sees of pledges: the list, the map, the sign."""

from __future__ import annotations

import io

from django.test import Client
from pypdf import PdfReader
from tests import openers, world
from tests.programmes.returns.conftest import do, record


def several(w: world.World, count: int = 25) -> None:
    for n in range(count):
        made_ = openers.return_pledge(w, goods="food" if n % 2 else "clothes")
        do(w.actor("内勤"), made_, "accept")


def test_the_list_is_paged_and_narrowed_by_area_goods_and_name(w, offered) -> None:
    several(w)
    client = Client()
    first = client.get("/r/")
    assert len(first.context["rows"]) == 20 and first.context["count"] == "25"
    second = client.get(f"/r/?after={first.context['after']}")
    assert len(second.context["rows"]) == 5 and not second.context["after"]
    assert len(client.get("/r/?goods=food").context["rows"]) == 12
    assert client.get(f"/r/?area={world.NEIGHBOUR}").context["count"] == "0"
    assert client.get(f"/r/?area={world.DISTRICT}").context["count"] == "25"
    assert (
        client.get("/r/?q=清风鞋店").context["count"] == "25" and client.get("/r/?q=没有这家").context["count"] == "0"
    )
    assert client.get("/r/?area=x&goods=x&after=x&q=%00").status_code == 200
    assert "没有符合条件" in client.get(f"/r/?area={world.NEIGHBOUR}").content.decode()


def test_the_map_says_the_same(w, offered) -> None:
    several(w, 3)
    client = Client()
    assert client.get("/r/map/").context["n"] == 3
    found = client.get("/r/map/data/?box=117,36,119,37,12").json()
    assert len(found["points"]) == 3 and "清风鞋店" in found["list"]
    assert client.get("/r/map/data/?box=117,36,119,37,12&goods=food").json()["points"][0]["url"].startswith("/r/")
    assert client.get("/r/map/data/?box=0,0,1,1,12").json()["points"] == []
    assert client.get("/r/map/data/?box=x").status_code == 400


def test_more_pledges_take_no_more_queries(w, django_assert_max_num_queries) -> None:
    several(w, 2)
    client = Client()
    client.get("/r/")
    with django_assert_max_num_queries(40) as few:
        client.get("/r/")
    several(w, 12)
    with django_assert_max_num_queries(len(few)):
        client.get("/r/")


def test_the_sign_says_days_goods_and_leads_to_the_pledge(w, pledge, settings) -> None:
    settings.PUBLIC_ORIGIN = "https://zj.example"
    code = record(pledge).code
    answer = Client().get(f"/r/{code}/sign.pdf")
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert answer["Content-Type"] == "application/pdf"
    for word in ("无理由退货", "7", "清风鞋店", "服装、鞋帽", "贴身衣物", f"{code[:5]}-{code[5:]}"):
        assert word in text.replace("\n", "")
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 1
    assert Client().get(f"/d/{code}/").url == f"/r/{code}/", "typed where codes of doors are typed it leads there, too"
