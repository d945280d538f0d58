"""What: the matter, its number, state, steps, assignment, and its one timeline."""

from zhijian.kernel.matters.flow import Flow, Guard, State, Step, no, ok

__all__ = ["Flow", "Guard", "State", "Step", "no", "ok"]
