"""What is wrong with a page as a browser shows it."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import polib
from playwright.sync_api import ConsoleMessage, Page, Response

SOURCES = Path(__file__).parents[2] / "src" / "zhijian"
FIELD = Path(__file__).parents[2] / "web" / "field" / "src" / "locale" / "zh.ts"
HAN = re.compile(r"[\u4e00-\u9fff]")
# Texts that are seen or heard; not what is marked as Chinese, nor what was said to somebody.
TEXTS = """() => {
  const found = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const meant = (node) => node.closest('[lang^="zh"]') && node.closest('[lang]') !== document.documentElement;
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest('script, style, template, [hidden], [data-said]') || meant(parent)) continue;
    found.add(walker.currentNode.textContent.trim());
  }
  for (const name of ['placeholder', 'aria-label', 'title', 'alt'])
    for (const node of document.querySelectorAll(`[${name}]`)) if (!meant(node)) found.add(node.getAttribute(name));
  return [...found, document.title].filter((text) => /[\\u4e00-\\u9fff]/.test(text));
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Watch:
    """Listens to a page from its opening on; `faults` tells what it heard and sees now."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heard: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            about = "policy" if "Content Security Policy" in message.text else "console"
            self.heard.append(f"{about}: {message.text[:200]}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.heard.append(f"HTTP {response.status}: {response.url}")

    def faults(self, english: bool) -> list[str]:
        """Everything that is wrong with the page; forgets what was heard."""
        told, self.heard = self.heard, []
        if (wider := self.page.evaluate(WIDER)) > 0:
            told.append(f"{wider} px too wide")
        if english:
            told += [f"not translated: {text[:80]}" for text in self.page.evaluate(TEXTS) if is_ours(text)]
        return told


def is_ours(text: str) -> bool:
    """Whether Chinese words are the product's own: of its catalogue or its code, and no data of a place or a person."""
    whole, open_ended = own_words()
    return text in whole or any(pattern.fullmatch(text) for pattern in open_ended)


@lru_cache
def own_words() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Sentences of the catalogues and of the code; those with something to fill in as patterns."""
    whole: set[str] = set()
    open_ended: list[re.Pattern[str]] = []
    sentences = {text for entry in _catalogues() for text in (entry.msgstr, *entry.msgstr_plural.values()) if text}
    sentences |= set(re.findall(r'"((?:[^"\\\\]|\\\\.)*[\u4e00-\u9fff](?:[^"\\\\]|\\\\.)*)"', FIELD.read_text()))
    data = _words_of_packs()
    for text in sentences | _literals():
        if text in data or not HAN.search(text):
            continue
        if len(HAN.findall(re.sub(r"%\(\w+\)\w|\{\w*\}", "", text))) >= 4 and re.search(r"%\(\w+\)\w|\{\w*\}", text):
            parts = re.split(r"%\(\w+\)\w|\{\w*\}", text)
            open_ended.append(re.compile(".+".join(re.escape(part) for part in parts), re.DOTALL))
        elif not re.search(r"%\(\w+\)\w|\{\w*\}", text):
            whole.add(text)
    return frozenset(whole), tuple(open_ended)


def _catalogues() -> list[polib.POEntry]:
    return [entry for path in SOURCES.glob("locale/zh_Hans/LC_MESSAGES/*.po") for entry in polib.pofile(str(path))]


def _words_of_packs() -> set[str]:
    """What stands in a pack is data of its place: names of papers, of areas, of trades, words of the law."""
    found: set[str] = set()
    for path in (SOURCES / "packs").rglob("*.toml"):
        found |= set(re.findall(r'"([^"\n]*[\u4e00-\u9fff][^"\n]*)"', path.read_text()))
    return found


def _literals() -> set[str]:
    """Chinese literals of the code that shows pages: there should be none."""
    found: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        if "packs" in path.parts or path.name.startswith(("demo", "made_up", "stories", "drawn")):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
                found.add(node.value.strip())
    return found
