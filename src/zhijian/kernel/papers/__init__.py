"""Paper: official documents. A paper is its data; the PDF is made from it, the register accounts for each number.

What programmes and gateways use is exported here, loaded when first asked for (models need Django's registry).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_WHERE = {
    "NumberForeign": "numbers",
    "account": "numbers",
    "release": "numbers",
    "reserve_block": "numbers",
    "take": "numbers",
    "top_up": "numbers",
    "void_number": "numbers",
    "Paper": "models",
    "affix_seal": "making",
    "data_source": "making",
    "make": "making",
    "make_from_record": "making",
    "void": "making",
    "form": "forms",
    "forms_for_phone": "forms",
    "bundle": "render",
    "pdf": "render",
    "render": "render",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
