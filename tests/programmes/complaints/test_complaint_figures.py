"""The figures of complaints, counted by hand beside."""

from __future__ import annotations

import datetime as dt

from tests import world
from tests.programmes.complaints.conftest import do, matter_of, order, take_in
from tests.programmes.complaints.test_orders import answered, handled

from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.figures import Period, compute, declared
from zhijian.programmes.complaints import calling

LONG_AGO = f"{world.in_days(-5):%Y-%m-%d} 10:00"


def number(code, actor):
    today = calendar.today()
    with scoped(actor):
        period = Period(today - dt.timedelta(days=10), today, today)
        return compute.value(declared()[code], period, world.CITY, actor).number


def test_received_reached_and_settled_are_counted_and_so_is_what_is_left_out(w, centre):
    take_in(centre, order(), order("ZB2"), order("ZB3", 来电号码="", 联系号码=""), order("ZB4", 诉求类型="举报"),
            order("ZB5"), order("ZB6", 受理时间=LONG_AGO))  # fmt: skip
    matter = handled(w, centre)
    with scoped(w.actor("甲")):
        call = calling.begun(matter, "person", w.actor("甲"))
    do(w.actor("甲"), matter, "contact", call=call.uid, whom="person", reached=True)
    do(centre, matter_of("ZB5"), "give_back", reason="不属本部门")
    answered(w, centre, "ZB2")
    found = {code: number(code, centre) for code in declared() if code.startswith(("complaints.", "reports."))}
    counted = {
        "complaints.received": 4, "complaints.given_back": 1, "reports.received": 1,
        "complaints.contact_due": 2,  # the one that was reached, and the one of long ago that was not
        "complaints.contacted_in_time": 1, "complaints.response_rate": 50, "complaints.agreed": 1,
    }  # fmt: skip
    assert {code: found.pop(code) for code in counted} == counted
    assert set(found.values()) <= {0, None}, "nobody was called back here (see test_handling)"
