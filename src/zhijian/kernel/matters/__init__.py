"""What: the matter, its number, state, steps, assignment, and its one timeline."""

from zhijian.kernel.matters.facts import Facts, long, person, pictures, text
from zhijian.kernel.matters.flow import Flow, Guard, State, Step, no, ok

__all__ = ["Facts", "Flow", "Guard", "State", "Step", "long", "no", "ok", "person", "pictures", "text"]
