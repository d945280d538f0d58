"""What a phone has to load before the first page: counted as the server sends it, of the app as it was built."""

from __future__ import annotations

import re
from urllib.request import Request, urlopen

import pytest

LIMIT = 120_000  # bytes: an old phone has to read and run it
SCRIPT = re.compile(r'(?:src|href)="(/field/assets/[^"]+\.js)"')


def sent(address: str, encodings: str) -> tuple[bytes, str | None]:
    with urlopen(Request(address, headers={"Accept-Encoding": encodings})) as answer:
        return answer.read(), answer.headers["Content-Encoding"]


@pytest.mark.parametrize(("encodings", "chosen"), [("gzip", "gzip"), ("gzip, deflate, br", "br")])
def test_the_script_before_the_first_page_stays_small(live_site: str, encodings: str, chosen: str) -> None:
    page, _plain = sent(f"{live_site}/field/", "identity")
    scripts = SCRIPT.findall(page.decode())
    assert scripts
    answers = [sent(live_site + script, encodings) for script in scripts]
    assert {encoding for _body, encoding in answers} == {chosen}
    assert sum(len(body) for body, _encoding in answers) <= LIMIT
