"""Entries that changes of rules leave in the ledger (subject "rules:<name>")."""

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.evidence.ledger import entry_kind

OVERRIDE = entry_kind("rules.override", label=_("Set {rule} to {new} from {since} (before: {old}). Reason: {reason}"))
WITHDRAW = entry_kind("rules.withdraw", label=_("Put the shipped value of {rule} back from {since}. Reason: {reason}"))
SIGN_OFF = entry_kind("rules.sign_off", label=_("Checked {key} against the published text: {note}"))
YEAR = entry_kind("rules.calendar", label=_("Entered the days off of {year} ({number})"))
