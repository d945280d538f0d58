"""What `zhijian pack check` looks at: is each rule there, from when to when, on what ground, and is it verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from zhijian.kernel.matters.catalogue import KERNEL, furniture

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
        return [*_rules(), *_local(), *_calendar(), *_areas(), *_papers(), *_platforms(), *_texts(), *_programmes()]
    except PackError as error:
        return [Finding("error", stack().name, str(error))]


def _rules() -> Iterator[Finding]:
    from zhijian.kernel.clock import clocks, declared  # noqa: F401  clocks declares the kernel's own rules

    furniture("rules", KERNEL)
    furniture("rules")  # what is declared is declared by importing
    known = stack().timelines
    for name in declared():
        if name not in known:
            yield Finding("error", name, _("declared by a programme, but no pack has it: add a row, or absent = true"))
    for name, timeline in sorted(known.items()):
        if name not in declared():
            yield Finding("error", name, _("no programme declares this rule: mend the name, or take the row out"))
        for problem in timeline.problems():
            yield Finding("error", name, problem)
        for row in rule_rows(name):
            yield from _row(row)


def _row(row: RuleRow) -> Iterator[Finding]:
    where = _("{name} ({pack}, since {day})").format(name=row.name, pack=row.pack, day=row.since)
    if not row.article and not row.local and not row.absent:
        yield Finding("error", where, _("a rule that the bureau may not change needs its article"))
    if row.verified == "V" and not row.source and not row.is_local:
        yield Finding("error", where, _("verified, but the source where it was read is not named"))
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
        where = _("{name} (set by {by}, since {day})").format(name=local.rule, by=local.by_name, day=local.since)
        if shipped is None:
            yield Finding("conflict", where, _("the packs no longer have this rule on that day"))
        elif not shipped.local:
            yield Finding(
                "conflict",
                where,
                _("{basis} now sets it: the bureau's value is not used").format(
                    basis=f"{shipped.basis} {shipped.article}"
                ),
            )
        elif shipped.digest() != local.replaces:
            yield Finding(
                "conflict",
                where,
                _("the shipped row changed, it is now {value}: confirm or withdraw").format(value=shipped.given),
            )


def _calendar() -> Iterator[Finding]:
    from zhijian.kernel.clock import calendar

    calendar.read(stack())  # raises PackError where a year contradicts itself
    this_year = calendar.today().year
    for year in (this_year, this_year + 1):
        if year not in calendar.current().years:
            yield Finding(
                "unverified",
                _("calendar {year}").format(year=year),
                _("days off are not published: days are provisional"),
            )


def _areas() -> Iterator[Finding]:
    areas = stack().areas
    if not areas:
        yield Finding("error", _("areas"), _("no areas/areas.csv in any pack"))
    for code, area in areas.items():
        if area.parent and (area.parent not in areas or not code.startswith(area.parent)):
            yield Finding(
                "error",
                _("area {code}").format(code=code),
                _("its code must begin with its parent's ({parent})").format(parent=area.parent),
            )
        if not any(code.startswith(organ) for organ in stack().organs):
            yield Finding("error", _("area {code}").format(code=code), _("no issuing office"))
    for organ in stack().organs.values():
        if organ.code not in areas:
            yield Finding("error", _("organ {code}").format(code=organ.code), _("there is no such area"))
        if organ.verified != "V":
            yield Finding(
                "unverified",
                _("organ {code}").format(code=organ.code),
                _("name, seal and prefix {prefix} of {name}").format(prefix=organ.prefix, name=organ.name),
            )
    for kind, raw in stack().table("numbers")["number"].items():
        organ = next(iter(stack().organs.values()))
        try:
            made = {stack().number_format(kind).format(organ=organ, year=2026, n=n) for n in (1, 2)}
        except (KeyError, IndexError, ValueError, TypeError) as error:
            yield Finding(
                "error",
                _("number {kind}").format(kind=kind),
                _("its pattern cannot be used: {error}").format(error=error),
            )
            continue
        if len(made) < 2:
            yield Finding(
                "error",
                _("number {kind}").format(kind=kind),
                _("its pattern gives the same number twice: {n} is missing"),
            )
        if raw.get("verified") != "V":
            yield Finding("unverified", _("number {kind}").format(kind=kind), f"{raw['title']}: {sorted(made)[0]}")


def _papers() -> Iterator[Finding]:
    """Each paper has its title, its basis, and the fields that its template prints."""
    for name, path in stack().files("papers/*.toml").items():
        raw = read_toml(path)
        for key in ("title", "basis", "field"):
            if not raw.get(key):
                yield Finding("error", name, _("{key} is missing").format(key=key))
        drawn = f"papers/{raw.get('template', path.stem)}.typ"
        template = stack().files(drawn).get(drawn)
        if raw.get("sealed") and (template is None or "force(p)" not in template.read_text(encoding="utf-8")):
            yield Finding("error", name, _("its template does not say on its face that it is unsealed: force(p)"))
        if raw.get("verified") != "V":
            yield Finding("unverified", name, f"{raw.get('title')} ({raw.get('basis')})")


def _platforms() -> Iterator[Finding]:
    """Other platforms: their columns, rules and answers."""
    from zhijian.kernel.exchange.checks import findings

    yield from findings()


def _texts() -> Iterator[Finding]:
    """What goes by SMS: registered, and short enough at its longest."""
    from zhijian.kernel.notices.texts import findings

    for level, where, what in findings():
        yield Finding(level, where, what)


def _programmes() -> Iterator[Finding]:
    """What programmes keep in packs (checklists, decision tables) they check themselves, in `checks.py`."""
    for module in furniture("checks"):
        yield from module.pack_findings()
