"""Boards: columns by state, each a page by key; a moved card takes the step, asks what it must know, or says no."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import boards, lists
from zhijian.kernel.matters.flow import Flow, State, Step
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection import flow

pytestmark = pytest.mark.django_db
BOARD = "/l/rectification/board/"


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        _ = (made.head, made.inspector, made.second)
        return made


def client_of(person: object) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def head(w: world.World) -> Client:
    return client_of(w.head)


def columns(answer: object) -> dict[str, list[str]]:
    return {one.state.code: [card.matter.title for card in one.cards] for one in answer.context["columns"]}


def move(client: Client, matter: Matter, to: str, **more: object) -> object:
    told = {"to": to, "next": BOARD, "version": matter.version, **more}
    return client.post(f"/board/{matter.uid}/", told, follow=True)


def said(answer: object) -> str:
    return " ".join(str(one) for one in answer.context["messages"])


def test_the_flow_says_which_states_are_columns_and_in_which_order() -> None:
    assert [state.code for state in flow.INSPECTION.columns] == ["planned", "away", "rectifying", "closed", "hindered"]
    assert [state.code for state in flow.RECTIFICATION.columns] == [
        "ordered",
        "asking",
        "answered",
        "accepted",
        "dropped",
    ]
    states = [State("a", "A"), State("b", "B", final=True)]
    steps = [Step("open", to="a", label="x"), Step("end", "a", "b", label="x")]
    assert [s.code for s in Flow("x", "X", states, steps, board=("b", "a")).columns] == ["b", "a"]
    with pytest.raises(ValueError, match="c"):
        Flow("x", "X", states, steps, board=("a", "c"))


def test_cards_stand_in_their_columns_with_shop_clock_and_officer(w: world.World, head: Client) -> None:
    OPENERS["rectification"](w)
    answer = head.get(BOARD)
    assert columns(answer) == {"ordered": ["发现的问题"], "asking": [], "answered": [], "accepted": [], "dropped": []}
    page = answer.content.decode()
    for part in ("发现的问题", "清风小馆(水晶街店)", "甲", "个工作日"):
        assert part in page


def test_the_lists_filters_hold_on_the_board_and_stay_in_the_address(w: world.World, head: Client) -> None:
    OPENERS["rectification"](w)
    assert columns(head.get(f"{BOARD}?q=没有这家"))["ordered"] == []
    assert columns(head.get(f"{BOARD}?assignee={w.inspector.pk}"))["ordered"] == ["发现的问题"]
    assert list(columns(head.get(f"{BOARD}?state=closed"))) == ["accepted", "dropped", "retracted"]
    assert list(columns(head.get(f"{BOARD}?state=answered"))) == ["answered"]
    page = head.get(f"{BOARD}?q=发现&overdue=1").content.decode()
    assert "/l/rectification/?q=%E5%8F%91%E7%8E%B0&amp;overdue=1" in page, "the same filters on the list"


def test_every_board_opens_under_every_filter_by_state(w: world.World, head: Client) -> None:
    """What is over has no column on some boards: asked for by the filter it has one."""
    for name, one in lists.load().items():
        for state in ("open", "closed", "all", "nonsense", *(s.code for each in one.all_flows() for s in each.states)):
            shown = columns(head.get(f"/l/{name}/board/?state={state}"))
            assert shown, (name, state)
            named = state in {s.code for each in one.all_flows() for s in each.states}
            assert state in shown or not named, (name, state)


def test_a_column_loads_its_first_page_and_goes_on_by_key(w: world.World, head: Client) -> None:
    first = OPENERS["rectification"](w)
    with scoped(SYSTEM):
        row = Matter.objects.get(pk=first.pk)
        for n in range(boards.SIZE + 4):
            Matter.objects.create(
                kind="rectification", title=f"第 {n:02} 项", area=world.OFFICE, state="ordered", opened=row.opened,
                due=world.in_days(20 + n),
            )  # fmt: skip
    column = head.get(BOARD).context["columns"][0]
    assert (column.count, len(column.cards)) == (str(boards.SIZE + 5), boards.SIZE)
    more = head.get(f"{BOARD}?column=ordered&after={column.after}", HTTP_HX_REQUEST="true")
    rest = [card.matter.title for card in more.context["column"].cards]
    assert len(rest) == 5
    assert not set(rest) & {card.matter.title for card in column.cards}
    plain = head.get(f"{BOARD}?column=ordered&after={column.after}")
    assert columns(plain) == {"ordered": rest}, "without a script the next page stands alone"


def test_moving_a_card_takes_the_step(w: world.World) -> None:
    lead = OPENERS["lead"](w)
    answer = client_of(w.head).get("/l/lead/board/")
    assert columns(answer)["proposed"] == [lead.title]
    publication = OPENERS["publication"](w)
    confirm = move(client_of(w.head), publication, "published")
    assert confirm.redirect_chain[-1][0] == f"/m/{publication.uid}/publish/?next=%2Fl%2Frectification%2Fboard%2F"
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=publication.pk).state == "waiting", "a step that ends a matter asks once more"


def test_a_step_that_must_be_told_something_asks_for_it_and_comes_back(w: world.World) -> None:
    matter = OPENERS["rectification"](w)
    inspector = client_of(w.inspector)
    form = move(inspector, matter, "accepted")
    assert form.redirect_chain[-1][0].startswith(f"/m/{matter.uid}/accept/")
    assert form.context["back"] == BOARD
    sent = {"f-on_site": "on", "version": matter.version, "next": BOARD}
    done = inspector.post(f"/m/{matter.uid}/accept/", sent)
    assert done["Location"] == f"{BOARD}#c-{matter.uid}"
    assert columns(inspector.get(BOARD))["accepted"] == ["发现的问题"]


def test_a_refused_move_says_why_and_changes_nothing(w: world.World, head: Client) -> None:
    matter = OPENERS["rectification"](w)
    other = OPENERS["publication"](w)
    with scoped(SYSTEM):
        clerk = w.person("文员", Role.CLERK, world.OFFICE)
    said_to = said(move(client_of(clerk), other, "withheld"))
    assert "未移动" in said_to and "所长" in said_to, "who may"
    assert "未移动" in said(move(head, matter, "nowhere"))
    visit = plan(w)
    assert "未移动" in said(move(head, visit, "rectifying")), "only a record from the field leads there"
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=matter.pk).state == "ordered"
        assert Matter.objects.get(pk=other.pk).state == "waiting"


def test_a_card_that_somebody_else_changed_is_not_moved(w: world.World) -> None:
    """One step without facts: closing a visit whose findings are put right."""
    visit = plan(w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=visit.pk).update(state="rectifying", version=5)
        visit = Matter.objects.get(pk=visit.pk)
    answer = client_of(w.head).post(f"/m/{visit.uid}/close/", {"version": 4, "next": BOARD})
    assert answer.status_code == 409


def test_the_menu_of_a_card_offers_steps_and_tells_what_is_shut(w: world.World) -> None:
    matter = OPENERS["rectification"](w)
    inspector = client_of(w.inspector)
    part = inspector.get(f"/board/{matter.uid}/?next={BOARD}", HTTP_HX_REQUEST="true")
    page = part.content.decode()
    assert "<html" not in page
    assert f"/m/{matter.uid}/accept/?next=/l/rectification/board/" in page
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.parent_id).update(state="rectifying")
        visit = Matter.objects.get(pk=matter.parent_id)
    shut = inspector.get(f"/board/{visit.uid}/", HTTP_HX_REQUEST="true").content.decode()
    assert "还有 1 项未整改到位" in shut, "why the shut one is shut"
    assert "<html" in inspector.get(f"/board/{matter.uid}/").content.decode(), "a page of its own without a script"


@pytest.mark.parametrize(
    "bad", ["https://evil.example/l/", "//evil.example/l/", "/m/x/", "/l/\\evil@x", "javascript:x"]
)
def test_the_way_back_leads_nowhere_outside(w: world.World, bad: str) -> None:
    matter = OPENERS["rectification"](w)
    page = client_of(w.inspector).get(f"/m/{matter.uid}/accept/", {"next": bad})
    assert page.context["back"] in ("", bad) and not page.context["back"].startswith(("http", "//", "java", "/m"))
    sent = {"f-on_site": "on", "version": matter.version, "next": bad}
    done = client_of(w.inspector).post(f"/m/{matter.uid}/accept/", sent)
    assert done["Location"].startswith(("/l/", f"/m/{matter.uid}/"))


def test_boards_and_cards_of_others_are_not_there(w: world.World) -> None:
    matter = OPENERS["rectification"](w)
    stranger = client_of(w.stranger)
    assert columns(stranger.get(BOARD))["ordered"] == []
    assert stranger.get(f"/board/{matter.uid}/").status_code == 404
    assert stranger.post(f"/board/{matter.uid}/", {"to": "answered"}).status_code == 404
    with scoped(SYSTEM):
        helper = w.person("协管", Role.ADMIN, world.OFFICE)
    assert client_of(helper).get(BOARD).status_code == 404


def test_what_is_kept_from_somebody_is_not_there_for_him(w: world.World, head: Client) -> None:
    """Below the querysets, whatever his posts are: a list, a board, the page, a step."""
    matter = OPENERS["lead"](w)
    assert columns(head.get("/l/lead/board/"))["proposed"] == [matter.title]
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.pk).update(kept_from=[f"person:{w.head.pk}"])
    assert columns(head.get("/l/lead/board/"))["proposed"] == []
    assert head.get(f"/m/{matter.uid}/").status_code == 404
    with scoped(SYSTEM):
        other = w.person("副所长", Role.HEAD, world.OFFICE)
    assert columns(client_of(other).get("/l/lead/board/"))["proposed"] == [matter.title]
