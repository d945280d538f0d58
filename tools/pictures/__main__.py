"""Takes pictures of a running site with a demo city (`make run`).

    python -m tools.pictures [GROUP …] [--site http://localhost:8000] [--into docs/pictures]
    python -m tools.pictures all [--into FOLDER] [--width 390 1440] [--language zh en] [--only PART-OF-A-ROUTE]

Groups renew the pictures of the documents. `all` photographs every page as the first who may see it, one of each kind
and state, and says what is wrong: too wide, script errors, the content policy, missing files, Chinese in English pages.
`field` enrols a phone for a demo inspector and sends one visit of today's list; `all` sends nothing.
Wants chromium (CHROMIUM names another) and the packages of requirements.lock.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import django
from playwright.sync_api import sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the driver of the browser has an event loop in this thread
django.setup()

from tools.pictures.album import CHROMIUM, Album  # noqa: E402
from tools.pictures.boards import boards  # noqa: E402
from tools.pictures.desk import desk, draws, staff  # noqa: E402
from tools.pictures.enforcement import enforcement  # noqa: E402
from tools.pictures.equipment import equipment  # noqa: E402
from tools.pictures.every import SIZES, every  # noqa: E402
from tools.pictures.exchange import exchange  # noqa: E402
from tools.pictures.fair import fair  # noqa: E402
from tools.pictures.field import detours, field  # noqa: E402
from tools.pictures.notices import notices  # noqa: E402
from tools.pictures.papers import papers  # noqa: E402
from tools.pictures.public import public  # noqa: E402

GROUPS: dict[str, Callable[[Album], None]] = {
    one.__name__: one
    for one in (
        desk,
        draws,
        papers,
        staff,
        exchange,
        notices,
        field,
        public,
        detours,
        boards,
        equipment,
        fair,
        enforcement,
    )
}
DOCUMENTS = Path(__file__).parents[2] / "docs" / "pictures"
PAGES = Path(tempfile.gettempdir()) / "zhijian-pages"


def main() -> None:
    """Take the groups that were named, or all groups; or every page."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.pictures", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("groups", nargs="*", help=", ".join([*GROUPS, "all"]))
    parser.add_argument("--site", default="http://localhost:8000")
    parser.add_argument("--into", type=Path)
    parser.add_argument("--width", nargs="*", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--language", nargs="*", default=["zh", "en"], choices=["zh", "en"])
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    if unknown := set(args.groups) - set(GROUPS) - {"all"}:
        parser.error(f"{', '.join(sorted(unknown))}: unknown; there are {', '.join([*GROUPS, 'all'])}")
    if not CHROMIUM:
        sys.exit("No chromium on this machine: `apt-get install chromium`, or name one in CHROMIUM.")
    folder = args.into or (PAGES if "all" in args.groups else DOCUMENTS)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        album = Album(playwright, args.site.rstrip("/"), folder)
        if "all" in args.groups:
            sys.exit(1 if every(album, args.width, args.language, args.only) else 0)
        for name in args.groups or GROUPS:
            GROUPS[name](album)


if __name__ == "__main__":
    main()
