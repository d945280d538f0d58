"""What can be wrong with a file or a cell, in words. The only part of the check that speaks the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.words import listed

REASONS = {
    "missing": _("is empty, but needed"),
    "too_long": _("is longer than {max} characters"),
    "not_a_name": _("is not a name"),
    "code_length": _("does not have 18 characters (nor the 15 of a former registration number)"),
    "code_characters": _("has characters that a code does not have"),
    "code_check_digit": _("has a check digit that does not fit: probably a typing error"),
    "code_scientific": _("has lost digits in the spreadsheet: format the column as text and export again"),
    "code_repaired": _("O or I was read as 0 or 1, which makes the check digit right"),
    "licence_check_digit": _("the check digit does not fit; taken as it is"),
    "not_in_table": _("is not one of: {table}"),
    "no_such_day": _("is a day that does not exist"),
    "not_a_date": _("is not a date; write it as 2024-03-05, 2024/3/5, 2024年3月5日 or 20240305"),
    "too_early": _("lies before {year}"),
    "to_come": _("is a day that has not come yet"),
    "month_only": _("has no day; the first or last day of the month was taken"),
    "unreached": _("comes without its telephone: unless the register knows one, nobody can reach it when it is needed"),
    "not_a_phone": _("has no telephone number"),
    "not_a_number": _("is not a number"),
    "out_of_range": _("is not between {min} and {max}"),
    "no_such_area": _("names no area of this city"),
    "duplicate": _("stands {n} times in the file; merged, later rows win"),
    # of the whole file
    "unused_columns": _("Columns that were not used: {columns}"),
    "twice": _("The heading {column} stands {n} times; the first of these columns that is filled counts."),
    "hidden_sheets": _("Hidden sheets were left out: {sheets}"),
    "skipped_sheets": _("Sheets without a fitting header were left out: {sheets}"),
    "told_by_headings": _("The kind of table was told by its headings."),
}

REFUSALS = {
    "empty": _("The file is empty."),
    "no_rows": _("The file has a header, but no row below it."),
    "not_a_sheet": _("This is not a spreadsheet but {what}. Send XLSX or CSV."),
    "archive": _("This is a {what} archive. Unpack it and send the workbook or the CSV file inside."),
    "binary": _(
        "Line {line} holds bytes that no text has: this is no CSV file, or a damaged one. Save it as XLSX or CSV."
    ),
    "html_as_xls": _(
        "{name} is a web page named like a spreadsheet. Open it in Excel or WPS, save it as XLSX, and send that."
    ),
    "xml_as_xls": _("{name} is an XML table. Open it in Excel or WPS, save it as XLSX, and send that."),
    "gzipped_workbook": _("A workbook need not be gzipped. Unpack it and send the workbook itself."),
    "old_and_big": _("Files of this kind are taken up to 60 MB. Save it as XLSX or CSV."),
    "password_or_damaged": _("The workbook is damaged or locked by a password. Remove the password and send it again."),
    "damaged": _("The {what} file is damaged or cut off. Send it again."),
    "bomb": _("The file unpacks to more than is reasonable ({size} MB) and was not opened."),
    "macros": _("The workbook contains macros. Save it as XLSX, without macros, and send that."),
    "binary_workbook": _("This is a binary workbook (XLSB). Save it as XLSX and send that."),
    "formulas": _(
        "Cell {cell} holds a formula whose result is not in the file. Open the file in Excel or WPS, save it, and "
        "send it again."
    ),
    "too_many_rows": _("The file has more than {max} rows. Split it and send the parts one after the other."),
    "long_line": _("Line {line} is longer than {max} MB: this is no table with a row on each line."),
    "encoding": _("Line {line} is neither UTF-8 nor GB18030 text. Save the file as CSV UTF-8."),
    "mixed_encoding": _(
        "The file is UTF-8, but line {line} is in another encoding: two files were put together. Save all of it as CSV "
        "UTF-8."
    ),
    "quotation": _("Near line {line} a quotation mark is not closed."),
    "no_header": _("No header was found. Missing: {missing}. The likeliest header row has: {found}."),
    "no_fit": _(
        "No kind of table fits these headings: {found}. The nearest is {title}, which lacks: {missing}. Rename the "
        "headings, or choose the kind of table yourself."
    ),
    "unknown_table": _("No kind of table has such headings: {found}. Known are: {known}."),
    "swapped": _(
        "In column {column} nearly every value is wrong, for example {value} ({fault}). Are columns swapped, or "
        "is this another table?"
    ),
    "swapped_with": _(
        "Column {column} holds {holds} and column {other} holds {other_holds}: the two are swapped. Put the headings "
        "right and send the file again."
    ),
    "no_mapping": _("There is no mapping {name}. There are: {known}."),
    "other_file": _("The file is no longer the one that was tried. Try it again first."),
    "interrupted": _("The process that ran it has ended. Start it again."),
    "odd_encoding": _(
        "The headings read {found}: this looks like another encoding (Big5, for instance). Save the file as CSV UTF-8 "
        "or XLSX."
    ),
    "to_confirm": _(
        "{n} things have to be confirmed: try it with --dry-run, look at what would change, then add --sure."
    ),
    "no_importer": _("The file holds records of kind {kind}, which nothing here takes in."),
}

# What a column holds, for `swapped_with`.
SHAPES = {
    "code": _("codes"),
    "licence": _("licence numbers"),
    "name": _("names"),
    "date": _("dates"),
    "phone": _("telephone numbers"),
    "person": _("names of persons"),
    "address": _("addresses"),
    "number": _("numbers"),
    "choice": _("words of a list"),
}
MANY = 20  # parts of a list that are told


def _told(detail: Mapping[str, Any]) -> dict[str, str]:
    """Details as text: lists in the active language, only their first parts when they are long."""
    return {k: listed(v, most=MANY) if isinstance(v, list) else str(v) for k, v in detail.items()}


def reason(why: str, detail: Mapping[str, Any]) -> str:
    """A reason of `REASONS` in the active language."""
    return str(REASONS[why]).format(**_told(detail))


def refusal(why: str, detail: Mapping[str, Any]) -> str:
    """A refusal of `REFUSALS` in the active language; a detail may itself be a key (a fault, what a column holds)."""
    told = _told(detail)
    if "fault" in told:
        told["fault"] = reason(told["fault"], {})
    told |= {name: str(SHAPES[told[name]]) for name in ("holds", "other_holds") if name in told}
    return str(REFUSALS[why]).format(**told)
