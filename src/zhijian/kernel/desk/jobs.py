"""The desk's jobs: sheets of acts that are tried, done, taken back."""

from __future__ import annotations

from zhijian.kernel.desk.sheets.acting import check, do, sweep, undo

__all__ = ["check", "do", "sweep", "undo"]
