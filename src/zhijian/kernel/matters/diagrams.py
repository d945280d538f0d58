"""The flows as pages of the documentation: a state diagram and the table of steps, made from the same data."""

from __future__ import annotations

from django.utils import translation

from zhijian.kernel.accounts.roles import RELATION_LABELS, ROLE_LABELS, Relation
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.flow import Flow, Step


def who_of(step: Step) -> str:
    """Who may do a step, in words."""
    if step.by is not None:
        return "time itself"
    return ", ".join(str(RELATION_LABELS[w] if isinstance(w, Relation) else ROLE_LABELS[w]) for w in step.whos)


def diagram(flow: Flow) -> str:
    """The flow as a Mermaid state diagram."""
    named = [f"    {state.code}: {state.label}" for state in flow.states]
    arrows = [
        f"    {start} --> {step.to or start}: {step.label}" for step in flow.steps for start in step.froms or ("[*]",)
    ]
    ends = [f"    {state.code} --> [*]" for state in flow.states if state.final]
    return "\n".join(["stateDiagram-v2", *named, *arrows, *ends])


def _row(step: Step) -> str:
    froms = ", ".join(step.froms) or "(new)"
    clocks = ", ".join(f"{what} {rule}" for what in ("starts", "stops") for rule in step.clocks(what))  # type: ignore[arg-type]
    facts = ", ".join(step.facts.model_fields) if step.facts else ""
    guards = ", ".join(guard.__name__ for guard in step.guards)
    told = ", ".join(str(w.value) for w in step.told)
    return (
        f"| `{step.verb}` | {froms} | {step.to or 'same'} | {who_of(step)} | {facts} | {guards} | {clocks} | {told} |"
    )


def page(flow: Flow) -> str:
    """The page of one flow."""
    head = "| step | from | to | who | facts | only if | clocks | tells |\n|---|---|---|---|---|---|---|---|"
    steps = "\n".join(_row(step) for step in flow.steps)
    return f"## {flow.title} (`{flow.kind}`)\n\n```mermaid\n{diagram(flow)}\n```\n\n{head}\n{steps}\n"


def document() -> str:
    """All flows, as `docs/flows.md` holds them."""
    with translation.override("en"):
        head = "# What can happen to a matter\n\n"
        head += "Made by `zhijian flows > docs/flows.md` from the flow tables; a test compares.\n\n"
        return head + "\n".join(page(flow) for flow in sorted(flows().values(), key=lambda f: f.kind))
