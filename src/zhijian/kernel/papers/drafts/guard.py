"""What of a .docx that comes in is opened at all: plain, bounded, without anything that could run. No Django."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.document import Document

MOST = 10 * 1024 * 1024  # bytes of a file that comes in
UNFOLDED = 80 * 1024 * 1024  # bytes of all its parts together
PARTS = 2000
RATIO = 200  # a part that unfolds further than this is a bomb


class BadDocx(ValueError):
    """A file that is not taken; `code` says why: size, type, macro, bomb, broken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(data: bytes) -> None:
    """Raises BadDocx for what is no plain .docx: too large, macros, bombs, broken zips, active parts."""
    if len(data) > MOST:
        raise BadDocx("size")
    if not data.startswith(b"PK\x03\x04"):
        raise BadDocx("type")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            parts = book.infolist()
            if len(parts) > PARTS or sum(one.file_size for one in parts) > UNFOLDED:
                raise BadDocx("bomb")
            if any(one.file_size > 1_000_000 and one.file_size > RATIO * max(one.compress_size, 1) for one in parts):
                raise BadDocx("bomb")
            names = {one.filename.lower() for one in parts}
            if any("vbaproject" in one or "/activex/" in one or "/embeddings/" in one for one in names):
                raise BadDocx("macro")
            if "word/document.xml" not in names or "[content_types].xml" not in names:
                raise BadDocx("type")
            types = _read(book, next(one.filename for one in parts if one.filename.lower() == "[content_types].xml"))
            if b"macroEnabled" in types:
                raise BadDocx("macro")
            for one in parts:
                if one.filename.lower().endswith((".xml", ".rels")):
                    text = _read(book, one.filename)
                    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                        raise BadDocx("broken")
                    if one.filename.endswith(".rels") and b"attachedTemplate" in text:
                        raise BadDocx("macro")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise BadDocx("broken") from error


def _read(book: zipfile.ZipFile, name: str) -> bytes:
    """A part, never more than it says (a header may lie about its length)."""
    with book.open(name) as part:
        said = book.getinfo(name).file_size
        text = part.read(said + 1)
        if len(text) > said:
            raise BadDocx("bomb")
        return text


def opened(data: bytes) -> Document:
    """The checked document. Raises BadDocx."""
    check(data)
    try:
        return docx.Document(io.BytesIO(data))
    except Exception as error:
        raise BadDocx("broken") from error
