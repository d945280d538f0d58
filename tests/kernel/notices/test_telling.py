"""Who is told, by which way, in which words, and who may see it."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation
from tests import world

from zhijian.kernel.accounts import ASSIGNEE, HEAD, PARTY, SECOND
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices import inbox, texts, wording
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.notices.telling import tell

DATA = {
    "kind": "inspection", "verb": "plan", "state": "planned", "number": "检1", "title": "清风小馆", "organ": "张店局",
}  # fmt: skip


def say(to, matter, **more):
    return tell(to, matter=matter, template="step", data=DATA, actor=SYSTEM, **more)


def test_a_step_tells_whom_its_table_names(w, matter):
    with scoped(w.actor("甲")) as officer:
        (notice,) = inbox.inbox(officer)
        assert inbox.unread_count(officer) == 1
        assert (notice.matter_id, notice.template) == (matter.pk, "step")
        with translation.override("en"):
            shown = wording.render(notice.template, notice.data)
        assert shown.title == "Inspection: To be visited"
        assert matter.number in shown.text


def test_nobody_is_told_what_he_did_himself(w, matter):
    with scoped(w.actor("甲")) as officer:
        assert tell(ASSIGNEE, matter=matter, template="step", data=DATA, actor=officer) == []
        assert len(tell(SECOND, matter=matter, template="step", data=DATA, actor=officer)) == 1


def test_the_head_is_the_nearest_one_up_the_tree(w, matter):
    with scoped(SYSTEM):
        district = w.person("区长", Role.HEAD, world.DISTRICT)
        assert [n.person for n in say(HEAD, matter)] == [w.head]
        w.head.posts.update(until=world.SINCE)
        assert [n.person for n in say(HEAD, matter)] == [district]
        district.is_active = False
        district.save()
        assert say(HEAD, matter) == []


def test_the_enterprise_is_told_on_its_portal_and_by_text_message(w, matter):
    with scoped(SYSTEM):
        told = {n.channel: n for n in say(PARTY, matter)}
    assert set(told) == {"in_app", "sms"}
    assert told["sms"].address_index == blind_index(w.entity.phone, "phone")
    with scoped(party_of(w.entity)) as party:
        assert [n.channel for n in inbox.inbox(party)] == ["in_app"]


def test_without_a_number_the_link_is_handed_over(w, matter):
    with scoped(SYSTEM):
        w.entity.phone = ""
        w.entity.save()
        matter.refresh_from_db()
        assert {n.channel for n in say(PARTY, matter)} == {"in_app", "link"}


def test_a_landline_gets_no_text_message_and_the_page_says_so(w, matter):
    with scoped(SYSTEM):
        w.entity.phone = "0533-2180000"
        w.entity.save()
        matter.refresh_from_db()
        assert {n.channel for n in say(PARTY, matter)} == {"in_app", "link"}
    client = Client(headers={"accept-language": "en"})
    client.force_login(w.inspector)
    assert "takes no text messages" in client.get(f"/m/{matter.uid}/").content.decode()


@pytest.mark.parametrize(
    ("number", "reached"),
    [("13805330000", True), ("+86 138 0533 0000", True), ("0533-2180000", False), ("12315", False), ("", False)],
)
def test_which_numbers_get_text_messages(number, reached):
    assert texts.book().reaches(number) is reached


def test_the_address_is_sealed_in_the_table(w, matter):
    from django.db import connection

    with scoped(SYSTEM):
        say(PARTY, matter)
        with connection.cursor() as cursor:
            cursor.execute("SELECT address FROM notices_notice WHERE channel = 'sms'")
            sealed = bytes(cursor.fetchone()[0])
        assert w.entity.phone.encode() not in sealed
        assert Notice.objects.get(channel="sms").address == w.entity.phone


def test_an_occasion_is_told_once(w, matter):
    with scoped(SYSTEM):
        assert len(say(SECOND, matter, dedupe="x")) == 1
        assert say(SECOND, matter, dedupe="x") == []
        assert len(say(SECOND, matter, dedupe="y")) == 1


def test_what_is_rolled_back_was_never_told(w, matter):
    with scoped(SYSTEM):
        before, undo = Notice.objects.count(), transaction.savepoint()
        say(PARTY, matter)
        assert Notice.objects.count() == before + 2
        transaction.savepoint_rollback(undo)
        assert Notice.objects.count() == before


def test_the_enterprise_sees_nothing_that_staff_are_told_about_it(w, matter):
    with scoped(SYSTEM):
        say(HEAD, matter)
    with scoped(party_of(w.entity)):
        assert not Notice.objects.filter(to_kind="person").exists()


def test_another_district_sees_nothing_but_what_it_is_told_itself(w, matter):
    with scoped(SYSTEM):
        stranger = w.stranger
    with scoped(w.actor("外区")) as outside:
        assert not Notice.objects.exists()
    with scoped(SYSTEM):
        say(stranger, matter)
    with scoped(outside):
        assert [n.person_id for n in Notice.objects.all()] == [stranger.pk]
        assert inbox.read_all(outside) == 1
        assert inbox.unread_count(outside) == 0


def test_an_undeclared_template_is_an_error(w, matter):
    with pytest.raises(KeyError):
        tell(HEAD, matter=matter, template="nothing.of_this", data={}, actor=SYSTEM)


def test_braces_in_a_title_are_only_braces():
    shown = wording.render("step", {**DATA, "title": "{0.__class__} {"})
    assert "{0.__class__} {" in shown.text
