"""Counting: a figure is declared once, returns its records, and counts the same on every engine."""

from zhijian.kernel.figures.declare import Figure, declared, figure
from zhijian.kernel.figures.period import Period

__all__ = ["Figure", "Period", "declared", "figure"]
