"""What `zhijian pack check` looks at: is each rule there, from when to when, on what ground, and is it verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from zhijian.kernel.matters.catalogue import furniture

from .current import own, rule_rows, rule_timeline, stack
from .loader import PackError, read_toml
from .rows import RuleRow


@dataclass(frozen=True)
class Finding:
    """Something to mend ("error"), to look at ("conflict"), or to verify ("unverified", 待核实)."""

    level: Literal["error", "conflict", "unverified"]
    where: str
    what: str


def check() -> list[Finding]:
    """Everything that is wrong or unverified in the stack in force. Reads the bureau's own rows too."""
    try:
        return [*_rules(), *_local(), *_calendar(), *_areas(), *_papers(), *_platforms(), *_programmes()]
    except PackError as error:
        return [Finding("error", stack().name, str(error))]


def _rules() -> Iterator[Finding]:
    from zhijian.kernel.clock import clocks, declared  # noqa: F401  clocks declares the kernel's own rules

    furniture("rules")  # what is declared is declared by importing
    known = stack().timelines
    for name in declared():
        if name not in known:
            yield Finding("error", name, "declared by a programme, but no pack has it: add a row, or absent = true")
    for name, timeline in sorted(known.items()):
        if name not in declared():
            yield Finding("error", name, "no programme declares this rule: mend the name, or take the row out")
        for problem in timeline.problems():
            yield Finding("error", name, problem)
        for row in rule_rows(name):
            yield from _row(row)


def _row(row: RuleRow) -> Iterator[Finding]:
    where = f"{row.name} ({row.pack}, since {row.since})"
    if not row.article and not row.local and not row.absent:
        yield Finding("error", where, "a rule that the bureau may not change needs its article")
    if row.verified == "V" and not row.source and not row.is_local:
        yield Finding("error", where, "verified, but the source where it was read is not named")
    if row.unverified and not row.absent:
        yield Finding("unverified", where, f"{row.given} ({row.basis} {row.article})".replace(" )", ")"))


def _local() -> Iterator[Finding]:
    """Rows of the bureau whose shipped row changed or closed since: an upgrade must not pass over them in silence."""
    from .models import LocalRule

    if not own().rules:
        return
    for local in LocalRule.objects.order_by("rule", "since", "id"):
        timeline = rule_timeline(local.rule)
        shipped = timeline.shipped(local.since) if timeline else None
        where = f"{local.rule} (set by {local.by_name}, since {local.since})"
        if shipped is None:
            yield Finding("conflict", where, "the packs no longer have this rule on that day")
        elif not shipped.local:
            yield Finding(
                "conflict", where, f"{shipped.basis} {shipped.article} now sets it: the bureau's value is not used"
            )
        elif shipped.digest() != local.replaces:
            yield Finding("conflict", where, f"the shipped row changed, it is now {shipped.given}: confirm or withdraw")


def _calendar() -> Iterator[Finding]:
    from zhijian.kernel.clock import calendar

    calendar.read(stack())  # raises PackError where a year contradicts itself
    this_year = calendar.today().year
    for year in (this_year, this_year + 1):
        if year not in calendar.current().years:
            yield Finding("unverified", f"calendar {year}", "days off are not published: days are provisional (暂定)")


def _areas() -> Iterator[Finding]:
    areas = stack().areas
    if not areas:
        yield Finding("error", "areas", "no areas/areas.csv in any pack")
    for code, area in areas.items():
        if area.parent and (area.parent not in areas or not code.startswith(area.parent)):
            yield Finding("error", f"area {code}", f"its code must begin with its parent's ({area.parent})")
        if not any(code.startswith(organ) for organ in stack().organs):
            yield Finding("error", f"area {code}", "no issuing office")
    for organ in stack().organs.values():
        if organ.code not in areas:
            yield Finding("error", f"organ {organ.code}", "there is no such area")
        if organ.verified != "V":
            yield Finding("unverified", f"organ {organ.code}", f"name, seal and prefix {organ.prefix} of {organ.name}")
    for kind, raw in stack().table("numbers")["number"].items():
        organ = next(iter(stack().organs.values()))
        try:
            made = {stack().number_format(kind).format(organ=organ, year=2026, n=n) for n in (1, 2)}
        except (KeyError, IndexError, ValueError, TypeError) as error:
            yield Finding("error", f"number {kind}", f"its pattern cannot be used: {error}")
            continue
        if len(made) < 2:
            yield Finding("error", f"number {kind}", "its pattern gives the same number twice: {n} is missing")
        if raw.get("verified") != "V":
            yield Finding("unverified", f"number {kind}", f"{raw['title']}: {sorted(made)[0]}")


def _papers() -> Iterator[Finding]:
    """Each paper has its title, its basis, and the fields that its template prints."""
    for name, path in stack().files("papers/*.toml").items():
        raw = read_toml(path)
        for key in ("title", "basis", "field"):
            if not raw.get(key):
                yield Finding("error", name, f"{key} is missing")
        template = stack().files(f"papers/{path.stem}.typ").get(f"papers/{path.stem}.typ")
        if raw.get("sealed") and (template is None or "force(p)" not in template.read_text(encoding="utf-8")):
            yield Finding("error", name, "its template does not say on its face that it is unsealed: force(p)")
        if raw.get("verified") != "V":
            yield Finding("unverified", name, f"{raw.get('title')} ({raw.get('basis')})")


def _platforms() -> Iterator[Finding]:
    """Other platforms: their columns, rules and answers."""
    from zhijian.kernel.exchange.checks import findings

    yield from findings()


def _programmes() -> Iterator[Finding]:
    """What programmes keep in packs (checklists, decision tables) they check themselves, in `checks.py`."""
    for module in furniture("checks"):
        yield from module.pack_findings()
