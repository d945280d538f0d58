"""The contact sheet: every page in both sizes and both languages, and what is wrong with each."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path

STYLE = """body { font: 14px/1.5 system-ui, sans-serif; margin: 16px; background: #f5f6f8; color: #1b2430; }
section { background: #fff; border: 1px solid #e3e7ec; border-radius: 10px; padding: 12px; margin: 0 0 12px; }
h2 { font-size: 15px; margin: 0 0 4px; } h2 small { font-weight: 400; color: #5b6675; }
.row { display: flex; gap: 8px; align-items: flex-start; overflow-x: auto; }
figure { margin: 0; } figcaption { color: #5b6675; font-size: 12px; }
img { display: block; border: 1px solid #e3e7ec; height: 320px; object-fit: cover; object-position: top; }
li.bad { color: #c0272d; }"""


@dataclass
class Shown:
    """One page and its pictures."""

    title: str
    about: str
    pictures: list[tuple[str, str]] = field(default_factory=list)  # caption, file
    faults: list[str] = field(default_factory=list)


def write(folder: Path, pages: list[Shown], unreached: list[str]) -> Path:
    """Write index.html beside the pictures."""
    parts = [f"<!doctype html><meta charset=utf-8><title>Pages</title><style>{STYLE}</style>"]
    wrong = sum(len(page.faults) for page in pages)
    parts.append(f"<h1>{len(pages)} pages, {sum(len(page.pictures) for page in pages)} pictures, {wrong} faults</h1>")
    if unreached:
        parts.append(f"<p>No link leads to: {html.escape(', '.join(unreached))}</p>")
    for page in pages:
        figures = "".join(
            f'<figure><figcaption>{html.escape(caption)}</figcaption><a href="{name}"><img src="{name}" loading="lazy" '
            f'alt="{html.escape(caption)}"></a></figure>'
            for caption, name in page.pictures
        )
        faults = "".join(f'<li class="bad">{html.escape(fault)}</li>' for fault in page.faults)
        parts.append(
            f"<section><h2>{html.escape(page.title)} <small>{html.escape(page.about)}</small></h2>"
            f'<ul>{faults}</ul><div class="row">{figures}</div></section>'
        )
    path = folder / "index.html"
    path.write_text("\n".join(parts))
    return path
