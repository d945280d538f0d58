"""OpenRosa's own XML: the list of forms, a form's files, and what is answered to a submission."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

LIST, MANIFEST = "http://openrosa.org/xforms/xformsList", "http://openrosa.org/xforms/xformsManifest"
RESPONSE = "http://openrosa.org/http/response"
TYPE = "text/xml; charset=utf-8"
HEADERS = {"X-OpenRosa-Version": "1.0", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
LENGTH = 4 * 1024 * 1024  # bytes of one request: a broken line costs no more than that
CHALLENGE = 'Basic realm="Zhijian", charset="UTF-8"'


def _tags(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in pairs)


def form_list(forms: Iterable[Iterable[tuple[str, str]]]) -> bytes:
    """The list of forms; each is told by its tags."""
    rows = "".join(f"<xform>{_tags(form)}</xform>" for form in forms)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<xforms xmlns="{LIST}">{rows}</xforms>'.encode()


def manifest(files: Iterable[tuple[str, str, str]]) -> bytes:
    """The files of a form: (name, MD5, address)."""
    rows = "".join(
        f"<mediaFile>{_tags([('filename', name), ('hash', f'md5:{md5}'), ('downloadUrl', url)])}</mediaFile>"
        for name, md5, url in files
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{MANIFEST}">{rows}</manifest>'.encode()


def said(message: str, nature: str = "") -> bytes:
    """An answer in words, which Collect shows."""
    kind = f' nature="{nature}"' if nature else ""
    told = f"<message{kind}>{escape(message)}</message>"
    return f'<OpenRosaResponse xmlns="{RESPONSE}">{told}</OpenRosaResponse>'.encode()
