"""What a page says about itself and where it leads, read from its HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

FILES = (".pdf", ".json", ".docx", ".xlsx", ".csv", ".jpg", ".crt", "/export/", "/report/", "/shown", "/original")
VOID = {"input", "img", "br", "meta", "link", "hr", "source", "col", "area", "base", "wbr", "embed", "track"}


@dataclass
class Read(HTMLParser):
    """Links of a page, what tells it from others of its kind, and the states by which its list can be narrowed."""

    links: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)  # of the login page of a demo
    states: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # of doors
    token: str = ""
    _stack: list[tuple[str, str, bool]] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def kind(self) -> str:
        """The words of pills in the heading and of the crumbs: what kind of thing it is, and how it stands."""
        return " ".join(self._words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and "download" not in told and told.get("href"):
            self.links.append(told["href"])
        if tag == "button" and told.get("name") == "username":
            self.accounts.append(told.get("value", ""))
        if tag == "input" and told.get("name") == "csrfmiddlewaretoken":
            self.token = told.get("value", "")
        if tag == "option" and any(name == "select" and ident == "f-state" for name, ident, _ in self._stack):
            self.states.append(told.get("value", ""))
        if tag not in VOID:
            words = told.get("class", "").split()
            telling = "crumbs" in words or ("tag" in words and any(name == "h1" for name, _, _ in self._stack))
            self._stack.append((tag, told.get("id", "") or " ".join(words), telling))

    def handle_endtag(self, tag: str) -> None:
        while self._stack and any(name == tag for name, _, _ in self._stack):
            if self._stack.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        linked = any(name == "a" for name, _, _ in self._stack)  # a link in the crumbs names a thing, and no kind
        if any(telling for _, _, telling in self._stack) and data.strip() and not linked:
            self._words.append(data.strip())
        if self._stack and self._stack[-1][:2] == ("p", "num") and any(name == "article" for name, _, _ in self._stack):
            self.codes.append(re.sub(r"[\s-]", "", data))


def read(html: str) -> Read:
    """Read a page."""
    page = Read()
    page.feed(html)
    return page


def within(link: str, site: str, base: str) -> str | None:
    """The path and query of a link into this site to something that is a page; None for any other."""
    parts = urlsplit(link)
    if parts.scheme not in ("", "http", "https") or link.startswith("#"):
        return None
    if parts.netloc and parts.netloc != urlsplit(site).netloc and not parts.path.startswith(("/p/", "/d/", "/v/")):
        return None
    path = parts.path or base
    if not path.startswith("/") or any(path.endswith(end) for end in FILES):
        return None
    return f"{path}?{parts.query}" if parts.query else path
