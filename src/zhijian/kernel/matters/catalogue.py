"""Finding what programmes declare: flows, figures, lists, jobs, demo data. Adding a programme is adding a folder."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache, partial
from types import ModuleType

from django.apps import apps

from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.behalf import SPEAKER, is_partys
from zhijian.kernel.matters.flow import Flow
from zhijian.kernel.matters.saying import sentence

PROGRAMMES = "zhijian.programmes."
GATEWAYS = "zhijian.gateways."
KERNEL = "zhijian.kernel."


def programmes(storey: str = PROGRAMMES) -> list[str]:
    """The package names of what is installed on a storey, in the order of the settings."""
    return [config.name for config in apps.get_app_configs() if config.name.startswith(storey)]


def furniture(name: str, storey: str = PROGRAMMES) -> list[ModuleType]:
    """The module `name` (flow, desk, figures…) of each programme (or gateway) that has one."""
    names = [f"{package}.{name}" for package in programmes(storey)]
    return [importlib.import_module(one) for one in names if importlib.util.find_spec(one) is not None]


@cache
def flows() -> dict[str, Flow]:
    """Every flow by its kind. Declares the ledger's display text for each step at the same time."""
    found: dict[str, Flow] = {}
    for module in [*furniture("flow", KERNEL), *furniture("flow")]:
        for value in vars(module).values():
            if isinstance(value, Flow) and found.setdefault(value.kind, value) is not value:
                raise ValueError(f"two flows of kind {value.kind}")
    for flow in found.values():
        for step in flow.steps:
            said = partial(sentence, step)
            personal = (*step.personal, SPEAKER) if is_partys(step) else step.personal
            ledger.entry_kind(flow.entry_kind(step), label=step.said or step.label, personal=personal, describe=said)
    return found


def flow_of(kind: str) -> Flow:
    """The flow of a kind. Raises KeyError."""
    return flows()[kind]
