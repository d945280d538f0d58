"""Who is meant: candidates for what people tell (`likely`), or for places seen in the field (`seen`)."""

from .clues import Told
from .ranking import PROPOSE, Candidate, at_once, likely
from .reasons import Reason

__all__ = ["PROPOSE", "Candidate", "Reason", "Told", "at_once", "likely"]
