"""What a place calls its result classes. Two places mean different things by them: a Pass of Chicago may leave minor
violations to be put right, which no compliance (符合) of the result sheet does. So the place's own word is shown.
"""

from __future__ import annotations

from django.utils.translation import get_language

from zhijian.kernel.packs import stack

TABLE = "codes/results"
LANGUAGES = ("zh", "en")  # of the interface


def names(language: str) -> dict[str, str]:
    """The place's words by class, for readers of that language; empty where it has none in that language."""
    if not stack().files(f"{TABLE}.toml"):
        return {}
    own = stack().language[:2] == language
    found: dict[str, str] = stack().table(TABLE).get("result" if own else f"result_{language}", {})
    return found


def name(result: str) -> str:
    """The place's word for a class in the language of whoever reads; empty where it has none."""
    return names((get_language() or "")[:2]).get(result, "")


def by_language() -> dict[str, dict[str, str]]:
    """The same for the phone, which is read in either language."""
    return {language: found for language in LANGUAGES if (found := names(language))}
