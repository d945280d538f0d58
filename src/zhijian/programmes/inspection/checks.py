"""What `zhijian pack check` looks at for inspections: the checklists' workbooks and the table of decisions."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from zhijian.kernel.packs import stack
from zhijian.kernel.packs.check import Finding

from . import decide
from .checklists import read_checklist


def pack_findings() -> Iterator[Finding]:
    """Faults of the shipped checklists with their cell, items to verify, and faults of the table of decisions."""
    trades = stack().table("codes/trades")["trade"]
    for name, path in stack().files("checklists/*.xlsx").items():
        reading = read_checklist(path, trades)
        for fault in reading.faults:
            yield Finding("error", name, str(fault))
        for section in reading.data["sections"] if reading.data else ():
            for item in section["items"]:
                if not (item["verified"] and item["basis_verified"]):
                    what = _("basis") if item["verified"] else _("text and basis")
                    yield Finding("unverified", f"{name} {item['no']}", f"{what}: {item['text']} ({item['basis']})")
    for problem in decide.problems(decide.table()):
        yield Finding("error", decide.TABLE, problem)
    for case in decide.fixtures():
        judged = decide.decide(case["items"], case["answers"])
        if (judged.result, judged.measures) != (case["result"], case["measures"]):
            yield Finding(
                "error",
                decide.FIXTURES,
                _("{case}: the table gives {result}").format(
                    case=case["name"], result=f"{judged.result} {judged.measures}"
                ),
            )
