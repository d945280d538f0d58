"""People's pages: who sees whom, posts with dates and on loan, certificates, Excel in and out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from tests import world
from tests.kernel.people.conftest import entries, fresh, signed_in

from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import xlsx
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.people import certificates, excel, seeing
from zhijian.kernel.registry.import_.xlsx import xlsx_rows

pytestmark = pytest.mark.django_db


def do(client, person, what, **told):
    return client.post(f"/people/{person.pk}/do/{what}/", {f"{what}-{name}": value for name, value in told.items()})


def test_everybody_sees_his_own_area_only(w, planned):
    page = signed_in(w.head).get("/people/").content.decode()
    assert "甲" in page and "外区" not in page
    assert signed_in(w.head).get(f"/people/{w.stranger.pk}/").status_code == 404
    assert signed_in(w.stranger).get(f"/people/{w.inspector.pk}/").status_code == 404
    assert signed_in(w.inspector).get("/people/").status_code == 404
    auditor = signed_in(w.people["督察"])
    assert "外区" in auditor.get("/people/").content.decode()
    shown = auditor.get(f"/people/{w.inspector.pk}/").content.decode()
    assert 'action="/people/' not in shown, "an auditor has no button"


def test_open_matters_are_counted_in_one_query(w, planned, django_assert_num_queries):
    with scoped(w.actor("所长")), django_assert_num_queries(1):
        counts = seeing.open_counts([w.inspector, w.second, w.head])
    assert counts == {w.inspector.pk: "1", w.second.pk: "1", w.head.pk: "0"}


def test_two_posts_at_once_and_a_loan_that_ends(w):
    admin = signed_in(w.people["管理员"])
    day, last = world.in_days(0), world.in_days(30)
    assert do(admin, w.inspector, "post", role="clerk", area=world.OFFICE, since=day).status_code == 302
    loan = {"role": "inspector", "area": world.SISTER, "since": day, "loan": "on"}
    assert do(admin, w.inspector, "post", **loan).status_code == 422, "a loan names its end"
    assert do(admin, w.inspector, "post", **loan, until=last).status_code == 302
    actor = actor_of(fresh(w.inspector))
    assert actor.roles_at(world.OFFICE) == {Role.INSPECTOR, Role.CLERK}
    assert actor.has(Role.INSPECTOR, world.SISTER)
    assert not actor_of(fresh(w.inspector), world.in_days(31)).has(Role.INSPECTOR, world.SISTER)
    assert do(admin, w.inspector, "post", **loan, until=last).status_code == 422, "he holds it already"
    post = Post.objects.get(person=w.inspector, role="clerk")
    assert admin.post(f"/people/{w.inspector.pk}/post/{post.pk}/end/").status_code == 302
    kinds = [one.kind for one in entries(f"account:{w.inspector.pk}", "account.post_given", "account.post_lent")]
    assert kinds == ["account.post_given", "account.post_lent"]
    page = signed_in(w.head).get(f"/people/{w.inspector.pk}/").content.decode()
    assert "on loan" in page


def test_nobody_gives_more_than_he_may(w):
    head, day = signed_in(w.head), world.in_days(0)
    assert do(head, w.inspector, "post", role="clerk", area=world.OFFICE, since=day).status_code == 302
    for role, area in (("admin", world.OFFICE), ("head", world.OFFICE), ("clerk", world.SISTER), ("clerk", "3703")):
        assert do(head, w.inspector, "post", role=role, area=area, since=day).status_code == 422, (role, area)
    admin = signed_in(w.people["管理员"])
    assert do(admin, w.inspector, "post", role="leader", area=world.CITY, since=day).status_code == 422
    assert do(head, w.head, "post", role="clerk", area=world.OFFICE, since=day).status_code == 404, "not to himself"
    assert do(head, w.inspector, "lock").status_code == 404, "accounts are the administrator's"
    assert head.post(f"/people/{w.inspector.pk}/password/").status_code == 404


def test_a_new_person_signs_in_with_the_password_that_is_shown_once(w):
    admin = signed_in(w.people["管理员"])
    assert admin.post("/people/new/", {"username": "ding", "name": "丁一", "area": world.OFFICE}).status_code == 302
    person = Person.objects.get(username="ding")
    assert not person.has_usable_password()
    page = admin.post(f"/people/{person.pk}/password/").content.decode()
    shown = page.split("data-password>")[1].split("<")[0]
    assert Person.objects.get(pk=person.pk).check_password(shown)
    assert shown not in admin.get(f"/people/{person.pk}/").content.decode()
    assert admin.post("/people/new/", {"username": "ding", "name": "又一", "area": world.OFFICE}).status_code == 422


def test_a_certificate_is_warned_of_once_and_its_number_is_sealed(w):
    head = signed_in(w.head)
    assert do(head, w.inspector, "certificate", number="鲁C-777", until="").status_code == 422
    assert do(head, w.inspector, "certificate", number="鲁C-777", until=world.in_days(60)).status_code == 302
    (entry,) = entries(f"account:{w.inspector.pk}", "account.certificate")
    assert "鲁C" not in str(entry.data)  # of its digits three may stand in any digest
    assert certificates.standing(fresh(w.inspector), world.in_days(0)).tone == "warn"
    with scoped(SYSTEM):
        assert certificates.warn(world.in_days(-1)) == 0, "61 days before, nobody is told"
        assert certificates.warn() == 1
        certificates.warn()
        certificates.warn(world.in_days(1))
        told = Notice.objects.filter(template="certificate.ends").values_list("person__name", flat=True)
        assert sorted(told) == ["所长", "甲"]
        assert certificates.warn(world.in_days(61)) == 0, "over is over"


def test_an_expired_certificate_is_said(w):
    with scoped(SYSTEM):
        people.certify(w.inspector, "鲁C-001", world.in_days(-1), actor=SYSTEM)
    assert "expired on" in signed_in(w.head).get("/people/").content.decode()
    assert not fresh(w.inspector).may_sign(world.in_days(0))


def book(*rows: list[str], order: str = "012345") -> SimpleUploadedFile:
    with override("zh-hans"):
        heading = [str(excel.COLUMNS[int(n)]) for n in order]
    return SimpleUploadedFile("people.xlsx", b"".join(xlsx.stream("人员", heading, rows, about=["人员"])))


def test_excel_in_each_wrong_row_is_named_the_others_are_made(w):
    admin = signed_in(w.people["管理员"])
    rows = [
        ["p1", "张一", world.OFFICE, "inspector", "鲁C-101", world.in_days(400)],
        ["p2", "张二", "体育场所", "Helper", "", ""],
        ["甲", "重名", world.OFFICE, "inspector", "", ""],
        ["p3", "张三", "没有的所", "inspector", "", ""],
        ["p4", "张四", world.OFFICE, "皇帝", "", ""],
        ["p5", "张五", world.NEIGHBOUR_OFFICE, "inspector", "", ""],
        ["p6", "张六", world.OFFICE, "inspector", "鲁C-106", "不久"],
    ]
    page = admin.post("/people/import/", {"file": book(*rows)}).content.decode()
    assert "2 accounts were made" in page and "5 rows were not taken in" in page
    assert Person.objects.filter(username__startswith="p").count() == 2
    one = Person.objects.get(username="p1")
    assert one.certificate_until == world.in_days(400) and actor_of(one).has(Role.INSPECTOR, world.OFFICE)
    swapped = book(["李四", "lisi", world.OFFICE, "inspector"], order="1023")
    assert admin.post("/people/import/", {"file": swapped}).status_code == 200
    assert Person.objects.get(username="lisi").name == "李四", "a column is known by its heading"
    other = book(["x", "某人"], order="01")
    answer = admin.post("/people/import/", {"file": other})
    assert answer.status_code == 422 and "lacks these headings" in answer.content.decode()
    broken = admin.post("/people/import/", {"file": SimpleUploadedFile("x.xlsx", b"MZ")})
    assert broken.status_code == 422
    assert admin.post("/people/import/").status_code == 422
    assert signed_in(w.head).post("/people/import/", {"file": book()}).status_code == 404


def test_excel_out_holds_the_area_and_is_in_the_ledger(w, tmp_path: Path):
    answer = signed_in(w.head).get("/excel/people/")
    path = tmp_path / "people.xlsx"
    path.write_bytes(io.BytesIO(b"".join(answer.streaming_content)).getvalue())
    rows = list(xlsx_rows(path, []))
    names = {row.cells[1] for row in rows[1:] if row.sheet == rows[0].sheet}
    assert rows[-2].cells[0].startswith("Made by 所长"), "the second sheet says whose it is"
    assert {"甲", "乙", "丙", "所长"} <= names and "外区" not in names
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="desk.exported", actor=f"person:{w.head.pk}").count() == 1


@pytest.mark.parametrize("given", [
    {"username": "SUNPENG"}, {"username": "a b"}, {"username": "<b>"}, {"name": "孙\u202e鹏"}, {"name": "孙\x07鹏"},
])  # fmt: skip
def test_names_that_would_be_taken_for_others_are_refused(w, given):
    """Signing in, lists and papers name people: nobody is to be taken for somebody else."""
    admin = signed_in(w.people["管理员"])
    told = {"username": "sunpeng", "name": "孙鹏", "area": world.OFFICE}
    assert admin.post("/people/new/", told).status_code == 302
    assert admin.post("/people/new/", told | {"username": "another"} | given).status_code == 422
