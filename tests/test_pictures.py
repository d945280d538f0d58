"""What tools/pictures reads from a page, which links it follows, and which Chinese words it calls ours."""

from __future__ import annotations

import pytest
from tools.pictures.links import read, within
from tools.pictures.tour import route_of
from tools.pictures.watch import is_ours

SITE = "http://localhost:8000"
PAGE = """
<p class="crumbs"><a href="/e/1/">清风小馆</a> Inspections</p>
<h1>清风小馆<span class="tag warn">Closed</span></h1>
<select id="f-state"><option value="">all</option><option value="closed">Closed</option></select>
<img src="x.jpg"><article><p class="num">AB12 CD34</p></article>
<a href="/m/2/">one</a> <a href="/l/inspection/export/" download>Excel</a> <span class="tag">no heading</span>
<form><input type="hidden" name="csrfmiddlewaretoken" value="t"><button name="username" value="sun">孙</button></form>
"""


def test_a_page_tells_its_kind_its_links_and_its_states() -> None:
    page = read(PAGE)
    assert page.kind == "Inspections Closed", "the name of one shop is no kind, its state is"
    assert page.links == ["/e/1/", "/m/2/"]
    assert page.states == ["", "closed"]
    assert (page.codes, page.token, page.accounts) == (["AB12CD34"], "t", ["sun"])


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("/m/1/?a=b", "/m/1/?a=b"),
        ("?state=closed", "/l/x/?state=closed"),
        (f"{SITE}/e/1/", "/e/1/"),
        ("https://elsewhere.example/p/token/", "/p/token/"),
        ("https://elsewhere.example/m/1/", None),
        ("/papers/1.pdf", None),
        ("/l/x/export/?q=1", None),
        ("#main", None),
        ("tel:0533", None),
    ],
)
def test_links_to_pages_of_the_site_are_followed(link: str, leads: str | None) -> None:
    assert within(link, SITE, "/l/x/") == leads


def test_the_resolver_names_the_route() -> None:
    assert route_of("/m/00000000-0000-7000-8000-000000000000/?x=1") == "m/<uuid:uid>/"
    assert route_of("/nothing/of/this/kind/") is None


def test_words_of_the_catalogue_are_ours_and_words_of_a_place_are_data() -> None:
    assert is_ours("监督检查")
    assert is_ours("另有 3 条不向您显示"), "with something filled in"
    assert not is_ours("张店区火宁达博山菜馆")
    assert not is_ours("责令改正通知书"), "the name of a paper stands in the pack"
