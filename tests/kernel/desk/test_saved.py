"""Lists that people keep under a name: found again, shared with the office by a link that tells nothing."""

from __future__ import annotations

import pytest
from tests import world as worlds
from tests.kernel.desk.test_rows import text

from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk.models import SavedList
from zhijian.kernel.desk.views import saved

pytestmark = pytest.mark.django_db
MINE = "我的张店逾期"


def test_a_filtered_list_is_kept_and_found_again(world, signed_in):
    client = signed_in(world.head)
    client.post("/l/inspection/keep/", {"name": f"  {MINE} ", "query": "overdue=1&assignee=me&order=due&evil=x&page=9"})
    one = SavedList.objects.get()
    assert (one.name, one.query, one.shared) == (MINE, "assignee=me&overdue=1&order=due", "")
    for page in ("/", "/l/inspection/", "/kept/"):
        assert MINE in text(client.get(page)), page
    assert MINE not in text(client.get("/l/publication/"))
    answer = client.get(f"/kept/{one.uid}/")
    assert answer["Location"] == "/l/inspection/?assignee=me&overdue=1&order=due"
    assert client.get(answer["Location"]).status_code == 200


def test_the_same_name_again_replaces_it(world, signed_in):
    client = signed_in(world.head)
    for query in ("overdue=1", "state=planned"):
        client.post("/l/inspection/keep/", {"name": MINE, "query": query})
    assert SavedList.objects.get().query == "state=planned"


def test_shared_with_the_office_it_is_there_for_its_people_and_for_nobody_else(world, signed_in):
    client = signed_in(world.head)
    client.post("/l/inspection/keep/", {"name": MINE, "query": "overdue=1", "share": "1"})
    one = SavedList.objects.get()
    link = f"/kept/{one.uid}/"
    colleague, stranger = signed_in(world.inspector), signed_in(world.stranger)
    assert MINE in text(colleague.get("/l/inspection/"))
    assert colleague.get(link).status_code == 302
    assert stranger.get(link).status_code == 404
    assert MINE not in text(stranger.get("/l/inspection/"))
    assert colleague.post(f"{link}change/", {"what": "delete"}).status_code == 404, "only its owner changes it"
    client.post(f"{link}change/", {"what": "alone"})
    assert colleague.get(link).status_code == 404


def test_rename_share_delete(world, signed_in):
    client = signed_in(world.head)
    for name in ("甲", "乙"):
        client.post("/l/inspection/keep/", {"name": name, "query": ""})
    one = SavedList.objects.get(name="甲")
    change = f"/kept/{one.uid}/change/"
    assert "You have a list of that name already" in text(client.post(change, {"name": "乙"}, follow=True))
    client.post(change, {"name": "丙"})
    client.post(change, {"what": "share"})
    one.refresh_from_db()
    assert (one.name, one.shared) == ("丙", worlds.OFFICE)
    client.post(change, {"what": "delete"})
    assert [kept.name for kept in SavedList.objects.all()] == ["乙"]


def test_what_cannot_be_kept_is_said(world, signed_in, monkeypatch):
    client = signed_in(world.head)
    assert "Give it a name first" in text(client.post("/l/inspection/keep/", {"query": ""}, follow=True))
    assert client.post("/l/nothing/keep/", {"name": "x"}).status_code == 404
    monkeypatch.setattr(saved, "MOST", 1)
    client.post("/l/inspection/keep/", {"name": "甲"})
    assert "You keep 1 lists already" in text(client.post("/l/inspection/keep/", {"name": "乙"}, follow=True))


def test_a_list_that_is_no_room_of_mine_is_not_there(world, signed_in):
    """Somebody changes his post: what he kept of a room he no longer has is neither offered nor opened."""
    SavedList.objects.create(person=world.person("管理", Role.ADMIN, worlds.OFFICE), room="inspection", name=MINE)
    admin = signed_in(world.people["管理"])
    assert MINE not in text(admin.get("/"))
    assert admin.get(f"/kept/{SavedList.objects.get().uid}/").status_code == 404
