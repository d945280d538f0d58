"""A checklist as the rows of an XLSForm: what Collect asks at the door, item by item, and who signs.

Pure: data in, rows out. `reading` takes apart what these rows made, by the names that stand here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhijian.programmes.inspection import joining

Row = dict[str, str]
SHAPE = 1  # of the rows below: another layout of the same list is another version of its form
PHOTOS = 3  # of an item, and of the place
PIXELS = "max-pixels=2048"  # a label can be read, and a line carries it
TASKS, SHOPS, OFFICERS = "tasks.csv", "premises.csv", "officers.csv"
FINDINGS = "findings.csv"
RECHECK = "recheck"  # the form of a re-check; the others are called like their checklists
AND = "--"  # between the codes of several lists
RECHECKED = (("trade", "trade"), ("name", "shop"), ("premises", "premises"), ("purpose", "kind"), ("code", "code"))
STARTS: list[Row] = [
    {"type": "start", "name": "start"},
    {"type": "end", "name": "end"},
    {"type": "start-geopoint", "name": "here"},
]
VAIN = ("shut", "repair", "closed_down", "moved", "not_found")  # signed by nobody, shown by one photo
NAME = "string-length(.) <= 80"
SIGNERS = ("inspector1", "inspector2", "party", "witness")


@dataclass(frozen=True)
class Terms:
    """What the place's rules ask of a visit on the day: officers, a photo of each finding, the longest deadline."""

    officers: int = 2
    photo_for_failed: bool = True
    longest: int | None = None  # calendar days; None: the place sets no bound, or counts otherwise
    trades: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The three sheets of an XLSForm."""

    survey: list[Row]
    choices: list[Row]
    settings: Row

    def as_workbook(self) -> dict[str, list[Row]]:
        """As pyxform reads it: each sheet with its headings, which it otherwise looks for in the first rows only."""
        sheets = {"survey": self.survey, "choices": self.choices, "settings": [self.settings]}
        heads = {
            f"{name}_header": [dict.fromkeys((key for row in rows for key in row), "")] for name, rows in sheets.items()
        }
        return {**sheets, **heads}


def items_of(sections: Iterable[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Each item with the name of its question: its place in the list, since versions never change."""
    return [(f"i{n}", item) for n, item in enumerate((i for s in sections for i in s["items"]), 1)]


def of_sheet(asked: joining.Sheet, terms: Terms) -> Sheet:
    """The form of the lists of a visit: of one in its version, of several as one sheet, nothing asked twice."""
    code = AND.join(one["id"] for one in asked.lists)
    version = "-".join(str(one["version"]) for one in asked.lists)
    title = " + ".join(one["title"] for one in asked.lists)
    sections = asked.sections
    named = {item["no"]: name for name, item in items_of(sections)}
    listed = "${how} != 'unlisted'"
    rows = [
        *STARTS,
        *_visit(code),
        *_door(terms, f"at = 'any' or (at = 'listed' and {listed}) or (at = 'unlisted' and not({listed}))"),
    ]
    for n, section in enumerate(sections, 1):
        rows.append(
            {"type": "begin group", "name": f"s{n}", "label": _plain(_heading(section)),
             "appearance": "field-list", "relevant": "${found} = 'made'"}
        )  # fmt: skip
        for item in section["items"]:
            rows += _item(named[item["no"]], item, terms)
        rows.append({"type": "end group", "name": f"s{n}"})
    failed = " or ".join(f"${{{name}}} = 'no'" for name in named.values())
    rows += [*_end(failed, terms), *_signing(terms)]
    return Sheet(rows, [*_choices(terms), *_faults(sections)], _settings(code, f"{version}.{SHAPE}", title))


def _heading(section: Mapping[str, Any]) -> str:
    """Of several lists the number has the list's short name already, which the title then need not repeat."""
    short, _between, title = str(section["title"]).partition(" · ")
    repeated = title and str(section["no"]).startswith(f"{short} ")
    return f"{section['no']} {title if repeated else section['title']}"


def of_recheck(terms: Terms) -> Sheet:
    """The form by which the open findings of a visit are looked at again."""
    here = "count(instance('findings')/root/item[visit = ${task}])"
    mine, each = {"choice_filter": "visit = ${task}"}, _("Each finding is either put right or not yet.")
    rows = [
        *STARTS,
        *_group("visit", _("Which visit"), _ask(f"select_one_from_file {TASKS}", "task", _("The visit"), "", "yes")),
        *(_of_visit(name, _task(column)) for name, column in RECHECKED),
        *_door(terms, "at != 'unlisted'"),
        *_group(
            "findings_again",
            _("The findings"),
            _ask(
                f"select_multiple_from_file {FINDINGS}", "accepted", _("Put right"), "", "${back} = ''", **mine,
                constraint=f"count-selected(.) + count-selected(${{back}}) = {here}", constraint_message=each,
            ),
            _ask(
                f"select_multiple_from_file {FINDINGS}", "back", _("Not yet put right"), **mine,
                constraint=f"count-selected(.) + count-selected(${{accepted}}) = {here}", constraint_message=each,
            ),
            _ask("text", "back_note", _("What is still missing"), "${back} != ''", "yes", appearance="multiline"),
            *_photos("again", _("Photo"), "${accepted} != '' or ${back} != ''"),
            relevant="${found} = 'made'",
        ),
        *_end("${back} != ''", terms),
        *_signing(terms),
    ]  # fmt: skip
    return Sheet(rows, _choices(terms), _settings(RECHECK, str(SHAPE), _("Re-check of open findings")))


def _settings(code: str, version: str, title: str) -> Row:
    shown = "concat(${name}, ' ', format-date(${start}, '%Y-%m-%d'))"
    return {"form_title": _plain(title), "form_id": code, "version": version, "instance_name": shown}


def _plain(text: str) -> str:
    """A text without what an XLSForm would read as a reference."""
    return text.replace("${", "$ {").strip()


def _group(name: str, label: str, *rows: Row, **more: str) -> list[Row]:
    head = {"type": "begin group", "name": name, "label": label, "appearance": "field-list", **more}
    return [head, *rows, {"type": "end group", "name": name}]


def _ask(kind: str, name: str, label: str = "", relevant: str = "", required: str = "", **more: str) -> Row:
    asked = {"type": kind, "name": name, "label": label, "relevant": relevant, "required": required, **more}
    return {key: text for key, text in asked.items() if text}


def _visit(code: str) -> list[Row]:
    """Which visit it is: a planned one, a shop of the register, or one that the register does not have."""
    unlisted = "${how} = 'unlisted'"
    return [
        *_group(
            "visit",
            _("Which visit"),
            _ask("select_one how", "how", _("Planned or not"), required="yes"),
            _ask(
                f"select_one_from_file {TASKS}", "task", _("The planned visit"), "${how} = 'task'", "yes",
                choice_filter=f"list = '' or list = '{code}'",
            ),
            _ask(
                f"select_one_from_file {SHOPS}", "shop", _("The shop"), "${how} = 'shop'", "yes",
                appearance="minimal autocomplete",
            ),
            _ask("text", "place_name", _("Name or sign"), unlisted, "yes"),
            _ask("select_one trade", "place_trade", _("Trade"), unlisted, appearance="minimal"),
            _ask("select_one licensed", "place_licensed", _("Licence"), unlisted, "yes"),
            _ask("text", "place_where", _("Where"), unlisted),
        ),
        _of_visit("trade", f"if({unlisted}, ${{place_trade}}, coalesce({_task('trade')}, {_shop('trade')}))"),
        _of_visit("name", f"if({unlisted}, ${{place_name}}, coalesce({_task('shop')}, {_shop('shop')}))"),
        _of_visit("premises", f"coalesce({_task('premises')}, ${{shop}})"),
        _of_visit("purpose", _task("kind")),
        _of_visit("code", _task("code")),
    ]  # fmt: skip


def _task(column: str) -> str:
    return f"instance('tasks')/root/item[name = ${{task}}]/{column}"


def _shop(column: str) -> str:
    return f"instance('premises')/root/item[name = ${{shop}}]/{column}"


def _of_visit(name: str, calculation: str) -> Row:
    return {"type": "calculate", "name": name, "calculation": calculation}


def _door(terms: Terms, offered: str) -> list[Row]:
    """What was found at the door, and where it can be inspected (or is refused), with whom."""
    entry, two = "${found} = 'refused'", "yes" if terms.officers > 1 else ""
    acts = f"${{found}} = 'made' or {entry}"
    vain = " or ".join(f"${{found}} = '{one}'" for one in VAIN)
    return _group(
        "door",
        _("At the door"),
        _ask("select_one found", "found", _("What was found"), required="yes", choice_filter=offered),
        _ask("text", "why", _("What was seen, what was said"), "${found} != '' and not(${found} = 'made')", entry),
        _ask("date", "again", _("To be visited again on"), "${found} = 'repair'", constraint=". > today()"),
        _ask("text", "address", _("New address, as far as it is known"), "${found} = 'moved'"),
        _ask(f"select_one_from_file {OFFICERS}", "second", _("Second officer"), acts, two),
        _ask("text", "present_name", _("Person present"), acts, "yes", constraint=NAME),
        _ask("text", "present_role", _("Function"), acts, constraint=NAME),
        _ask("select_one yesno", "cards", _("Cards shown"), acts, "yes"),
        _ask("select_one yesno", "rights", _("Rights told"), acts, "yes"),
        _ask("select_one yesno", "recusal", _("Asks for another officer"), acts, "yes"),
        *_photos("door", _("Photo of the place"), "${found} != ''", required=vain),
    )  # fmt: skip


def _photos(name: str, label: str, relevant: str, required: str = "") -> Iterator[Row]:
    """Photos one after the other: the next one is asked for once there is the one before."""
    for n in range(1, PHOTOS + 1):
        shown = relevant if n == 1 else f"${{{name}_p{n - 1}}} != ''"
        yield _ask(
            "image", f"{name}_p{n}", f"{label} {n}" if n > 1 else label, shown, required if n == 1 else "",
            parameters=PIXELS,
        )  # fmt: skip


def readings_of(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is measured of an item: one number, or one of each kind; nothing at all where it is a yes or no."""
    answer = item["answer"]
    if answer["type"] != "number":
        return []
    if answer.get("limits"):
        return list(answer["limits"])
    return [{"of": "", "min": answer["min"], "max": answer["max"], "unit": answer["unit"]}]


def _span(limit: Mapping[str, Any]) -> str:
    if limit["min"] is None:
        return f"≤ {limit['max']} {limit['unit']}"
    return (
        f"≥ {limit['min']} {limit['unit']}"
        if limit["max"] is None
        else f"{limit['min']} – {limit['max']} {limit['unit']}"
    )


def _within(name: str, limit: Mapping[str, Any]) -> str:
    kept = [f"{name} >= {limit['min']}" if limit["min"] is not None else ""]
    kept.append(f"{name} <= {limit['max']}" if limit["max"] is not None else "")
    return f"({name} = '' or ({' and '.join(filter(None, kept))}))"


def _item(name: str, item: Mapping[str, Any], terms: Terms) -> Iterator[Row]:
    """One item: its readings, its answer, and what is to be said where it does not comply."""
    trades = item.get("applies") or []
    here = f"${{trade}} = '' or selected('{' '.join(trades)}', ${{trade}})" if trades else ""
    limits, no = readings_of(item), f"${{{name}}} = 'no'"
    star = "★ " if item["key"] else ""
    for n, limit in enumerate(limits, 1):
        said = f"{star}{item['no']} {limit['of']}（{_span(limit)}）"
        due = f"${{{name}}} = 'yes' or {no}" if limit.get("due") else ""
        yield _ask("decimal", f"{name}_r{n}", _plain(said), here, due)
    kept = " and ".join(_within(f"${{{name}_r{n}}}", limit) for n, limit in enumerate(limits, 1))
    beyond = {
        "constraint": f". != 'yes' or ({kept})",
        "constraint_message": _("What was measured is beyond its limit: this does not comply."),
    }
    unsure = "" if item["verified"] and item.get("basis_verified", True) else f" · {_('not verified')}"
    yield _ask(
        "select_one answer" if item["may_na"] else "select_one plain_answer", name,
        _plain(f"{star}{item['no']} {item['text']}"), here, "yes",
        hint=_plain(f"{item['basis']}{unsure}"), appearance="columns-pack", **(beyond if kept else {}),
    )  # fmt: skip
    if item.get("phrases"):
        yield _ask(f"select_multiple faults_{name}", f"{name}_faults", _("Common faults"), no)
    bare = [f"${{{name}_p1}} = ''", *([f"${{{name}_faults}} = ''"] if item.get("phrases") else [])]
    if not terms.photo_for_failed:  # then a number tells as much as a word
        bare += [f"${{{name}_r{n}}} = ''" for n in range(1, len(limits) + 1)]
    yield _ask("text", f"{name}_note", _("What was found"), no, " and ".join(bare), appearance="multiline")
    yield _ask("select_multiple also", f"{name}_also", _("Besides"), no)
    yield from _photos(name, _("Photo"), f"${{{name}}} != '' and ${{{name}}} != 'na'" if item["photo"] else no)


def _end(failed: str, terms: Terms) -> list[Row]:
    """What the officers add, the day (where something `failed`), what the other side says."""
    longest = f" and . <= date(decimal-date-time(today()) + {terms.longest})" if terms.longest else ""
    said = _("From today, and no longer than the rules allow. Empty: the day that the rules give.")
    return _group(
        "end_of_visit",
        _("The end of the visit"),
        _ask("text", "findings", _("What was found, in your own words"), appearance="multiline"),
        _ask(
            "date", "deadline", _("To be put right by"), failed, hint=said, constraint=f". >= today(){longest}",
            constraint_message=said,
        ),
        _ask("text", "statement", _("What the person present says"), appearance="multiline"),
        relevant="${found} = 'made'",
    )  # fmt: skip


def _signing(terms: Terms) -> list[Row]:
    """Signatures as pictures; a refusal with its reason and its witness."""
    refused, second = "${party_signs} = 'refused'", "${second} != ''"
    said = _(
        "This is your proof of the visit. The papers are made at the office when it has arrived, and served from there."
    )
    return _group(
        "signing",
        _("Signatures"),
        {"type": "note", "name": "told", "label": said},
        _signature("inspector1", _("First officer"), "", "yes"),
        _signature("inspector2", _("Second officer"), second, "yes"),
        _ask("select_one signs", "party_signs", _("The person present"), required="yes"),
        _signature("party", _("Signature of the person present"), "${party_signs} = 'signed'", "yes"),
        _ask("text", "refused_reason", _("Why he will not sign"), refused, "yes"),
        _ask("text", "witness_name", _("Witness"), refused, constraint=NAME),
        _signature("witness", _("Signature of the witness"), f"{refused} and ${{witness_name}} != ''", "yes"),
        _ask("text", "no_witness", _("Why there is no witness"), f"{refused} and ${{witness_name}} = ''", "yes"),
        relevant="${found} = 'made' or ${found} = 'refused'",
    )  # fmt: skip


def _signature(name: str, label: str, relevant: str, required: str) -> Row:
    return _ask("image", f"sign_{name}", label, relevant, required, appearance="signature", parameters=PIXELS)


def _list(of: str, rows: Iterable[tuple[str, str]], **more: str) -> list[Row]:
    return [{"list_name": of, "name": name, "label": _plain(str(label)), **more} for name, label in rows]


def _choices(terms: Terms) -> list[Row]:
    """What can be chosen; `at` says where a finding at the door is offered."""
    yes, no, na = ("yes", _("Complies")), ("no", _("Does not comply")), ("na", _("Not applicable"))
    how = [
        ("task", _("A planned visit")), ("shop", _("A shop of the register, not planned")),
        ("unlisted", _("A shop that is not in the list")),
    ]  # fmt: skip
    listed = [
        ("shut", _("Shut today")), ("repair", _("Under repair")), ("closed_down", _("Closed down")),
        ("moved", _("Moved")), ("not_found", _("Not to be found at the registered address")),
        ("refused", _("Refused entry")),
    ]  # fmt: skip
    return [
        *_list("how", how),
        *_list("found", [("made", _("It can be inspected"))], at="any"),
        *_list("found", listed, at="listed"),
        *_list("found", [("noted", _("Only noted: a visit is to be made"))], at="unlisted"),
        *_list("answer", [yes, no, na]),
        *_list("plain_answer", [yes, no]),
        *_list("also", [("corrected", _("Corrected on the spot")), ("safety", _("A risk to safety"))]),
        *_list("yesno", [("yes", _("Yes")), ("no", _("No"))]),
        *_list("licensed", [("yes", _("licensed")), ("no", _("no licence")), ("not_shown", _("licence not shown"))]),
        *_list("signs", [("signed", _("Signs")), ("refused", _("Refuses to sign"))]),
        *_list("trade", terms.trades or [("other", _("Other"))]),
    ]  # fmt: skip


def _faults(sections: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [
        row
        for name, item in items_of(sections)
        for row in _list(f"faults_{name}", [(f"f{n}", text) for n, text in enumerate(item.get("phrases", []), 1)])
    ]
