"""How a journey looks at a page: not too wide, nothing that axe objects to, a picture where somebody wants to see it.

ZHIJIAN_PICTURES=/folder keeps the pictures there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/field/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("ZHIJIAN_PICTURES", "")
BOTH = (390, 1440)
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FAULTS = """async (leave) => (await axe.run({exclude: leave}, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  })).violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)}`))"""


def picture(page: Page, name: str, whole: bool = True) -> None:
    """What stands on the page, where pictures are kept; all of it, or what the window shows."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=whole)


def look(page: Page, name: str, *, widths: Sequence[int] = (), axe: bool = True, leave: Sequence[str] = ()) -> None:
    """Fail where the page is too wide for its window or axe finds something; keep a picture.

    At each of `widths` (px), or as the window is. `leave`: selectors of parts that axe leaves alone (a map's tiles).
    Whoever calls this has seen something of the page before: what is asked of a page that is just going finds nothing.
    """
    page.wait_for_load_state()
    for width in widths or (0,):
        if width:
            page.set_viewport_size({"width": width, "height": 900})
        at = f"{name}-{width}" if width else name
        picture(page, at)
        wider = page.evaluate(WIDER)
        assert wider <= 0, f"{at} is {wider} px too wide"
    if axe:
        page.evaluate(AXE.read_text())
        assert page.evaluate(FAULTS, list(leave)) == [], name
