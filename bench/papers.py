"""How long a paper takes: the result sheet with 56 items and four signatures, each one different, warm and in-process.

    python -m bench.papers [--scale 1.0] [--runs 5] [--json]

`--scale` shortens the number of papers (30 at scale 1). The limit is 100 ms a paper.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.common import Result, arguments, median_of, report

if TYPE_CHECKING:
    from zhijian.kernel.papers.models import Paper

LIMIT = 100.0  # milliseconds
AT = dt.datetime(2026, 11, 23, 2, 20, tzinfo=dt.UTC)


# Officers write with a few hundred different characters, not with all twenty thousand.
LETTERS = (
    "食品经营许可证有效地址与实体店一致未超范围在醒目处公示上次监督检查结果记录表校堂接触直入口人员健康明原料控制抽的具进货"
    "验和随文件贮存区不混放非无毒害物分类架离墙地以标识添加剂使用合规冷藏冻生熟开半成禁来源供者评价退出机加工制作过程场所"
    "设施数量适应布局流理交叉污染专间温度高于中心要求烧透留样消清洗保洁餐饮器自购买集消毒环境卫防鼠蝇虫垃圾网络平台配送"
    "查处改正期限内完成报告复核依法淄博市张店区街道号楼层王李孙周刘陈杨赵黄吴徐朱马胡郭林何罗梁宋郑谢韩唐冯董萧程曹袁邓"
)


def _words(chance: random.Random, n: int) -> str:
    return "".join(chance.choice(LETTERS) for _ in range(n))


def _strokes(chance: random.Random) -> list[list[list[int]]]:
    """Eight strokes of sixty points: what a finger writes as a name of three characters."""
    strokes = []
    for start in range(8):
        x, y, line = 70 * start, chance.randint(40, 160), []
        for n in range(60):
            x, y = x + chance.randint(-6, 8), y + chance.randint(-7, 7)
            line.append([x, y, 16 * n])
        strokes.append(line)
    return strokes


def _signatures(chance: random.Random) -> list[dict[str, Any]]:
    people = ("inspector1", "inspector2", "party", "witness")
    at = "2026-11-23T10:22:00+08:00"
    return [{"who": who, "name": _words(chance, 3), "strokes": _strokes(chance), "at": at} for who in people]


def _common(chance: random.Random) -> dict[str, Any]:
    officers = [{"name": _words(chance, 3), "certificate_no": f"3703030{chance.randint(1000, 9999)}"} for _ in range(2)]
    party = {
        "name": _words(chance, 12), "code": "92370303MA3CXW1K5T", "address": _words(chance, 20),
        "representative": _words(chance, 3), "phone": "0533-2180036",
    }  # fmt: skip
    return {
        "organ": _words(chance, 10),
        "party": party,
        "inspectors": officers,
        "refused": None,
        "record": {"digest": ""},
    }


def result_sheet(chance: random.Random) -> dict[str, Any]:
    """Data of a result sheet of 56 items, three of which failed. The items are those of one checklist."""
    items = random.Random(56)
    rows = [
        {
            "section": f"第{n // 8 + 1}部分", "no": f"{n // 8 + 1}.{n % 8 + 1}", "key": n % 3 == 0,
            "text": _words(items, 30), "answer": "no" if n in (5, 17, 40) else "yes", "value": "", "note":
            _words(chance, 10) if n % 7 == 5 else "",
        }
        for n in range(56)
    ]  # fmt: skip
    counted = {"key": [r["no"] for r in rows if r["key"]], "general": [r["no"] for r in rows if not r["key"]]}
    return {
        **_common(chance), "licences": ["JY23703030012345"], "present": {"name": _words(chance, 3), "role": "经营者"},
        "purpose": "routine", "ended": "2026-11-23T10:20", "list": "餐饮服务检查要点表", "list_number": "",
        "basis": "办法",
        "checked": counted, "failed": {"key": [], "general": ["1.6", "3.2", "6.1"]},
        "skipped": {"key": [], "general": []}, "result": "basically_compliant",
        "measures": {"corrected": [], "rectify": ["1.6", "3.2", "6.1"], "investigate": []},
        "deadline": "2026-11-30", "statement": _words(chance, 20), "rows": rows,
    }  # fmt: skip


def onsite_record(chance: random.Random) -> dict[str, Any]:
    """Data of a record of the visit with a page of findings."""
    return {
        **_common(chance), "started": "2026-11-23T09:05", "ended": "2026-11-23T10:20", "place": _words(chance, 24),
        "position": None, "present": {"name": _words(chance, 3), "role": "经营者"}, "purpose": "routine",
        "list": "餐饮服务检查要点表", "cards_shown": True, "rights_told": True, "recusal": "no",
        "findings": "\n".join(_words(chance, 50) for _ in range(8)), "statement": _words(chance, 40),
    }  # fmt: skip


def paper(kind: str, build: Callable[[random.Random], dict[str, Any]], n: int) -> Paper:
    """A paper unlike every other one, not saved."""
    from zhijian.kernel.papers.models import Paper

    chance = random.Random(n)
    return Paper(
        kind=kind, area="370303006", organ="370303", number=f"〔2026〕{n}号", code=f"{n:012d}",
        data=build(chance), digest=f"{n:064d}", signed_digest=f"{n:064d}",
        signatures=_signatures(chance), state="issued", at=AT,
    )  # fmt: skip


def _each(
    kind: str, build: Callable[[random.Random], dict[str, Any]], count: int, offset: int, clock: Callable[[], float]
) -> float:
    """Milliseconds for one paper by that clock, the median of `count` different ones."""
    from zhijian.kernel.papers import render

    def once() -> float:
        nonlocal offset
        offset += 1
        made = paper(kind, build, offset)
        begun = clock()
        render.render(made)
        return 1000 * (clock() - begun)

    return median_of(count, once)


def main() -> None:
    """Run the bench."""
    args = arguments("papers", __doc__ or "", runs=3)
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
    import django

    django.setup()
    from zhijian.kernel.papers import render

    begun = time.perf_counter()
    render.render(paper("result_sheet", result_sheet, 0))
    cold = 1000 * (time.perf_counter() - begun)
    count = max(3, round(30 * args.scale))
    results = [Result("first paper of a process (fonts, templates)", cold, "ms")]
    shown = (
        ("result sheet, 56 items, 4 signatures", "result_sheet", result_sheet, time.perf_counter),
        ("the same, processor time of all threads", "result_sheet", result_sheet, time.process_time),
        ("record of the visit, 4 signatures", "onsite_record", onsite_record, time.perf_counter),
    )
    for turn, (words, kind, build, clock) in enumerate(shown, 1):
        rounds = iter(range(args.runs))
        ours = median_of(
            args.runs,
            lambda k=kind, b=build, c=clock, r=rounds, t=turn: _each(k, b, count, 100_000 * t + 10_000 * next(r), c),
        )
        results.append(Result(words, ours, "ms", LIMIT, "limit", ours / LIMIT, "under 100 ms", ours < LIMIT))
    many = [paper("result_sheet", result_sheet, 500_000 + n) for n in range(count)]
    begun = time.perf_counter()
    render.bundle(many)
    each = 1000 * (time.perf_counter() - begun) / count
    results.append(Result(f"the same in a bundle of {count}", each, "ms", LIMIT, "limit", each / LIMIT, "", None))
    report("papers", args, results)


if __name__ == "__main__":
    main()
