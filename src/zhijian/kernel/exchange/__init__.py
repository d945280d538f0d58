"""Owing: what we take from and owe to other platforms, by file, by hand or by interface, with receipts.

A platform is data in a pack (`exchange/<platform>.toml`, see `tables`). Programmes declare in `exchange.py` what can be
owed and what can be taken (`declared`); everything else is here: what became owed by a step, the other side's import
sheet, its answers, and the daily reconciliation.
"""

from zhijian.kernel.exchange.declared import PLATFORM, Attachment, Unfit, owes, takes

__all__ = ["PLATFORM", "Attachment", "Unfit", "owes", "takes"]
