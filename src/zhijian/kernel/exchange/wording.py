"""Words of the exchange's pages: states' tones, what is wrong with a cell, what a line of a report asks for."""

from __future__ import annotations

import io
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.declared import declared as rules
from zhijian.kernel.exchange.models import Arrival, State
from zhijian.kernel.exchange.tables import Bad, Table

TONES = {
    State.TO_REPORT: "act",
    State.EXPORTED: "",
    State.RECEIPT: "good",
    State.SENT_BACK: "bad",
    State.DONE_THERE: "good",
    State.WITHDRAWN: "",
}
Said = tuple[str | Promise, str | Promise]  # what it is, and what to do
LINES: dict[str, Said] = {
    "unmatched": (
        gettext_lazy("No record here has this key"),
        gettext_lazy("Look whether the key was changed there, mend it, and send the sheet again."),
    ),
    "unknown_state": (
        gettext_lazy("Their state is not known here"),
        gettext_lazy("Tell the administrator: the word is missing in the pack."),
    ),
    "not_waiting": (
        gettext_lazy("No answer was waited for"),
        gettext_lazy("It changed here since, or was withdrawn: look at the record."),
    ),
    "doubled": (
        gettext_lazy("The key stands more than once"),
        gettext_lazy("Ask there which one holds; neither was taken."),
    ),
    "no_key": (gettext_lazy("The row has no key"), gettext_lazy("Fill it in and send the sheet again.")),
    "unfit": (gettext_lazy("The row could not be taken"), gettext_lazy("Mend what is named and send the sheet again.")),
    "here_only": (gettext_lazy("Here only: it went over, and is not there"), gettext_lazy("Report it again.")),
    "there_only": (
        gettext_lazy("There only: nothing here stands behind it"),
        gettext_lazy("Take it back there, or find out whose it is."),
    ),
    "there_untold": (gettext_lazy("There already, here still to report"), gettext_lazy("Note it as done there.")),
    "state": (gettext_lazy("Different states"), gettext_lazy("Take over their state, or ask there.")),
    "content": (
        gettext_lazy("It says something else there"),
        gettext_lazy("Report it again, or have it put right there."),
    ),
    "doubled_there": (gettext_lazy("Twice there"), gettext_lazy("Have one of them deleted there.")),
    "doubled_here": (
        gettext_lazy("Twice here"),
        gettext_lazy("Two records here share the key: look which one is theirs."),
    ),
}
COUNTS: dict[str, str | Promise] = {
    "receipt": gettext_lazy("received there"),
    "sent_back": gettext_lazy("sent back"),
    "exported": gettext_lazy("still being looked at there"),
    "same": gettext_lazy("known already"),
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "here": gettext_lazy("went over from here"),
    "there": gettext_lazy("rows there"),
    "agree": gettext_lazy("agree"),
}
BAD: dict[str, str | Promise] = {
    "missing": gettext_lazy("%(head)s is empty, but needed there"),
    "long": gettext_lazy("%(head)s is longer than the %(detail)s characters that fit there"),
    "unknown": gettext_lazy("%(head)s: they have no word for “%(detail)s” (pack: codes)"),
}


def bad(one: Bad) -> str:
    """What is wrong with a cell."""
    return str(BAD[one.why]) % {"head": one.head, "detail": one.detail}


def line(code: str) -> Said:
    """What a line of a report is, and what to do."""
    return LINES.get(code, (code, ""))


def counts(arrival: Arrival) -> list[tuple[str | Promise, int, str]]:
    """Each count in words with its tone; those that nobody has to look at first."""
    quiet = [
        (COUNTS[code], n, "bad" if code == State.SENT_BACK else "good")
        for code, n in arrival.counts.items()
        if code in COUNTS
    ]
    return quiet + [(line(code)[0], n, "warn") for code, n in arrival.counts.items() if code not in COUNTS and n]


def due_rule(table: Table) -> str:
    """By when a record of the table is owed, with the article; empty where no time is set."""
    from zhijian.kernel.clock.wording import limit_words

    if "day" in table.due:
        return _("before the day itself")
    name = table.due.get("rule", "")
    row = rules()[name].maybe(calendar.today()) if name else None
    if row is None or row.limit is None:
        return ""
    return f"{limit_words(str(row.limit))} · {row.basis} {row.article}".strip()


def workbook(arrival: Arrival) -> bytes:
    """The lines to look at, with what to do with each."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = book.add_worksheet(_("To look at")), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 6, 26)
    heads: list[Any] = [_("Row"), _("Key"), _("What it is"), _("Here"), _("There"), _("What to do"), _("Title")]
    sheet.write_row(0, 0, heads, bold)
    lines = arrival.lines.select_related("owed__matter").order_by("id")  # type: ignore[attr-defined]
    for n, one in enumerate(lines.iterator(chunk_size=2000), 1):
        what, todo = line(one.code)
        title = one.owed.matter.title if one.owed is not None else ""
        for column, text in enumerate([one.n or "", one.key, what, one.here_said, one.there, todo, title]):
            sheet.write_string(n, column, str(text))
    book.close()
    return out.getvalue()
