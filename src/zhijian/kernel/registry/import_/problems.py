"""What can be wrong with a file or a cell, in words. The only part of the check that speaks the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

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
    "not_a_date": _("is not a date"),
    "too_early": _("lies before {year}"),
    "month_only": _("has no day; the first or last day of the month was taken"),
    "not_a_phone": _("has no telephone number"),
    "not_a_number": _("is not a number"),
    "out_of_range": _("is not between {min} and {max}"),
    "no_such_area": _("names no area of this city"),
    "duplicate": _("stands {n} times in the file; merged, later rows win"),
}

REFUSALS = {
    "empty": _("The file is empty."),
    "not_a_sheet": _("This is not a spreadsheet but {what}. Send XLSX or CSV."),
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
    "too_many_rows": _("The file has more than {max} rows. Split it and send the parts one after the other."),
    "encoding": _("Line {line} is neither UTF-8 nor GB18030 text. Save the file as CSV UTF-8."),
    "quotation": _("Near line {line} a quotation mark is not closed."),
    "no_header": _("No header was found. Missing: {missing}. The likeliest header row has: {found}."),
    "swapped": _(
        "In column {column} nearly every value is wrong, for example {value} ({fault}). Are columns swapped, or "
        "is this another table?"
    ),
    "no_mapping": _("There is no mapping {name}. There are: {known}."),
    "interrupted": _("The import was interrupted; nothing was changed. Start it again."),
    "no_importer": _("The file holds records of kind {kind}, which nothing here takes in."),
}


def reason(why: str, detail: Mapping[str, str]) -> str:
    """A reason of `REASONS` in the active language."""
    return str(REASONS[why]).format(**detail)


def refusal(why: str, detail: Mapping[str, str]) -> str:
    """A refusal of `REFUSALS` in the active language."""
    return str(REFUSALS[why]).format(**detail)
