"""What the bureau may change by itself: its own values where the law leaves them to it, sign-offs, the calendar.

Each change is a row that is never altered, and an entry in the ledger (subject "rules:<name>").
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import ADMIN, SECTION
from zhijian.kernel.accounts.scope import scoped

from . import entries
from .current import in_its_language, row_key, rule_timeline, stack
from .models import CalendarYear, LocalRule, RuleSignoff
from .rows import Limit, RuleRow


class ChangeRefused(ValueError):
    """The change is not open: the sentence says why."""


class NotPermitted(PermissionError):
    """The actor's roles do not allow it."""


def permitted(actor: Actor) -> None:
    """Rules hold for the whole city: only its administrators and sections change them. Raises NotPermitted."""
    city = stack().setting("city")
    if actor.kind != "system" and not (actor.has(ADMIN, city) or actor.has(SECTION, city)):
        raise NotPermitted(_("Only an administrator or a section of the city bureau can do this."))


def _record(kind: Any, actor: Actor, name: str, data: dict[str, Any]) -> None:
    from zhijian.kernel.evidence import ledger

    ledger.record(kind.code, actor=actor, subject=f"rules:{name}", area=stack().setting("city"), data=data)


def override(
    name: str,
    *,
    actor: Actor,
    since: date,
    reason: str,
    limit: Limit | str | None = None,
    value: Any = None,
    until: date | None = None,
    basis: str = "",
    article: str = "",
) -> LocalRule:
    """Set the bureau's own value of a rule from `since` on, a limit or a value of the shipped kind.

    Raises NotPermitted, and ChangeRefused where the shipped row does not leave it to the bureau, the kind is another,
    or the reason is missing. Clocks that run keep the value that they started with.
    """
    permitted(actor)
    shipped = _open_to_change(name, since, until, reason)
    wanted = _checked(shipped, limit, value)
    return _keep(name, shipped, actor, since, until, reason, wanted, value, basis, article)


def withdraw(name: str, *, actor: Actor, since: date, reason: str) -> LocalRule:
    """Put the shipped value back from `since` on. Raises like `override`."""
    permitted(actor)
    shipped = _open_to_change(name, since, None, reason)
    return _keep(name, shipped, actor, since, None, reason, None, None, "", "")


def _open_to_change(name: str, since: date, until: date | None, reason: str) -> RuleRow:
    timeline = rule_timeline(name)
    shipped = timeline.shipped(since) if timeline else None
    if shipped is None:
        raise ChangeRefused(_("No pack knows this rule on that day."))
    if not shipped.local:
        raise ChangeRefused(
            _("%(basis)s %(article)s sets this; a bureau cannot change it.")
            % {"basis": shipped.basis, "article": shipped.article}
        )
    if not reason.strip():
        raise ChangeRefused(_("Say why."))
    if until is not None and until < since:
        raise ChangeRefused(_("It ends before it begins."))
    return shipped


def _checked(shipped: RuleRow, limit: Limit | str | None, value: Any) -> Limit | None:
    if (limit is None) == (value is None):
        raise ChangeRefused(_("Give a length of time or a value, one of the two."))
    try:
        wanted = Limit.parse(limit) if isinstance(limit, str) else limit
    except ValueError as error:
        raise ChangeRefused(_("This is not a length of time; write for example “5 working days”.")) from error
    if not shipped.absent and (wanted is None) != (shipped.limit is None):
        raise ChangeRefused(_("The rule holds a length of time.") if shipped.limit else _("The rule holds a value."))
    if not shipped.absent and shipped.limit is None and type(value) is not type(shipped.value):
        raise ChangeRefused(_("The value must be of the same kind as before."))
    return wanted


def _keep(
    name: str,
    shipped: RuleRow,
    actor: Actor,
    since: date,
    until: date | None,
    reason: str,
    limit: Limit | None,
    value: Any,
    basis: str,
    article: str,
) -> LocalRule:
    timeline = rule_timeline(name)
    before = timeline.on(since) if timeline else None
    with in_its_language():
        own = str(_("The bureau's own decision"))
    with transaction.atomic():
        row = LocalRule.objects.create(
            rule=name,
            since=since,
            until=until,
            limit=str(limit) if limit else "",
            value=value,
            basis=basis or own,
            article=article,
            reason=reason.strip(),
            by_id=actor.person_id,
            by_name=actor.name,
            replaces=shipped.digest(),
        )
        set_back = limit is None and value is None
        _record(
            entries.WITHDRAW if set_back else entries.OVERRIDE,
            actor,
            name,
            {
                "rule": name,
                "new": _text(limit if limit is not None else value),
                "old": _text(before.given if before else None),
                "since": since.isoformat(),
                "until": until.isoformat() if until else None,
                "reason": reason.strip(),
            },
        )
    return row


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def sign_off(row: RuleRow, *, note: str, actor: Actor) -> RuleSignoff:
    """Say that a shipped row was compared with the published text: 待核实 goes. `note`: what was read, and where.

    Holds as long as the row says the same. Raises NotPermitted, and ChangeRefused for a row of the bureau's own.
    """
    if row.is_local:
        raise ChangeRefused(_("The bureau answers for its own value itself."))
    return sign_off_key("rule", row_key(row), row.digest(), note=note, actor=actor, name=row.name)


def sign_off_key(what: str, key: str, digest: str, *, note: str, actor: Actor, name: str = "") -> RuleSignoff:
    """Sign off anything that a pack ships, by key and fingerprint (rows of rules, items of checklists)."""
    permitted(actor)
    if not note.strip():
        raise ChangeRefused(_("Say what was read, and where."))
    with transaction.atomic():
        made, new = RuleSignoff.objects.get_or_create(
            what=what,
            key=key,
            digest=digest,
            defaults={"note": note.strip(), "by_id": actor.person_id, "by_name": actor.name},
        )
        if new:
            _record(
                entries.SIGN_OFF, actor, name or key.split("@")[0], {"key": key, "digest": digest, "note": note.strip()}
            )
    return made


def publish_year(
    year: int, *, number: str, off: list[dict], work: list[date], statutory: list[date], actor: Actor
) -> int:
    """Enter a year's days off as published (off: [{from, to, name}]) and count open clocks again.

    Returns how many clocks moved. Raises NotPermitted, and ChangeRefused where the table contradicts itself.
    """
    from zhijian.kernel.clock import calendar, clocks

    permitted(actor)
    raw = {
        "year": year,
        "off": [{"from": str(s["from"]), "to": str(s["to"]), "name": s["name"]} for s in off],
        "work": [str(day) for day in work],
        "statutory": [str(day) for day in statutory],
    }
    try:
        calendar.year_of(raw, number)
    except (ValueError, KeyError) as error:
        raise ChangeRefused(str(error)) from error
    if not number.strip():
        raise ChangeRefused(_("Name the notice that publishes it."))
    with transaction.atomic():
        CalendarYear.objects.create(number=number, by_id=actor.person_id, by_name=actor.name, **raw)
        _record(entries.YEAR, actor, "calendar", {"year": year, "number": number, **raw})
        with scoped(SYSTEM):  # clocks of the whole city, whatever the area of the one who enters the year
            return clocks.recompute_open(year)
