"""A visit begun at a door though the year was full: the phone asks for the lawful exception, the server keeps it."""

from __future__ import annotations

from typing import Any

from tests import world
from tests.gateways.field.test_field import flags, here, phone, put, w  # noqa: F401 -- fixtures
from tests.phone import Phone, record
from tests.programmes.inspection.test_capping import cap

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.programmes.inspection.fair.capping import OUTSIDE
from zhijian.programmes.inspection.models import Inspection


def test_the_exception_that_the_phone_asked_for_is_kept_and_shown(
    phone: Phone,  # noqa: F811
    w: world.World,  # noqa: F811
    client: Any,
) -> None:
    cap(1)
    phone.pull()
    assert "complaint" in phone.data["rules"]["outside"]
    place = here(phone, w)
    put(phone, record(phone, place))
    assert "over_cap" in flags(put(phone, record(phone, place))[1]), "without one it is kept and doubted"
    told = put(phone, {**record(phone, place), "outside": {"ground": "complaint", "reason": "12315 转 7 号"}})[1]
    assert "over_cap" not in flags(told)
    with scoped(SYSTEM):
        visit = Inspection.objects.get(matter__uid=told["matter"]["uid"])
        assert (visit.outside, visit.outside_reason) == ("complaint", "12315 转 7 号")
        assert LedgerEntry.objects.filter(matter=visit.matter, kind=OUTSIDE.code).exists()
    client.force_login(w.head)
    assert "12315 转 7 号" in client.get(f"/m/{told['matter']['uid']}/").content.decode()
    for named in ({"ground": "no_such", "reason": "转 8 号"}, {"ground": "complaint", "reason": " "}):
        told = put(phone, {**record(phone, place), "outside": named})[1]
        assert "over_cap" in flags(told), "what the law does not know, or nothing calls for, is none"
