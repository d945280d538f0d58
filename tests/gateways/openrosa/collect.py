"""ODK Collect, as the server sees it: its requests byte for byte as OkHttp writes them, its forms filled in.

After getodk/collect, `open-rosa/…/OkHttpConnection.java`: HEAD, then POSTs of the form with as many files as fit; all
but the last bear `*isIncomplete*`.
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from dataclasses import dataclass, field
from xml.etree import ElementTree as Tree

from tests.phone import picture

from zhijian.gateways.openrosa.forms import Form

XFORMS = "{http://www.w3.org/2002/xforms}"
AGENT = "org.odk.collect.android/v2026.2.1 Dalvik/2.1.0 (Linux; U; Android 13; 23076RN8DY Build/TP1A)"
SIGNATURES = ("inspector1", "inspector2", "party", "witness")
Part = tuple[str, str | None, str | None, bytes]  # name, file name, content type, bytes


def multipart(parts: list[Part]) -> tuple[bytes, str]:
    """The body that OkHttp's MultipartBody writes, and its content type."""
    boundary = str(uuid.uuid4())
    out = b""
    for name, filename, kind, data in parts:
        out += f"--{boundary}\r\n".encode()
        named = f'; filename="{filename}"' if filename else ""
        out += f'Content-Disposition: form-data; name="{name}"{named}\r\n'.encode()
        out += f"Content-Type: {kind}\r\n".encode() if kind else b""
        out += f"Content-Length: {len(data)}\r\n\r\n".encode() + data + b"\r\n"
    return out + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def headers(username: str, password: str) -> dict[str, str]:
    """What goes with every request."""
    told = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {
        "Authorization": f"Basic {told}",
        "User-Agent": AGENT,
        "X-OpenRosa-Version": "1.0",
        "Date": "Sun, 29 Nov 2026 01:12:44 GMT",
        "Accept-Encoding": "gzip",
    }


@dataclass
class Instance:
    """A form that was filled in: its XML and its files."""

    xml: bytes
    files: dict[str, bytes] = field(default_factory=dict)

    def posts(self, most: int = 4 * 1024 * 1024, names: list[str] | None = None) -> list[list[Part]]:
        """The requests by which Collect sends it, none larger than `most` unless one file is."""
        waiting = names if names is not None else list(self.files)
        found: list[list[Part]] = []
        while True:
            parts: list[Part] = [("xml_submission_file", "visit_2026-11-29_09-12-44.xml", "text/xml", self.xml)]
            size = len(self.xml)
            while waiting and (len(parts) == 1 or size + len(self.files[waiting[0]]) <= most):
                name = waiting[0]
                waiting = waiting[1:]
                size += len(self.files[name])
                parts.append((name, name, "image/jpeg", self.files[name]))
            found.append(parts)
            if not waiting:
                return found
            parts.append(("*isIncomplete*", None, None, b"yes"))


def fill(
    form: Form, answers: dict[str, str], *, instance: str = "", deprecated: str = "", minutes: int = 40
) -> Instance:
    """Fill a form in: `answers` by question; a question whose answer is an image file gets a photo."""
    source = Tree.fromstring(form.xml)
    data = next(iter(source.iter(f"{XFORMS}instance")))[0]
    now = dt.datetime.now(dt.timezone(dt.timedelta(hours=8)))
    told = {
        "start": (now - dt.timedelta(minutes=minutes)).isoformat(timespec="milliseconds"),
        "end": (now - dt.timedelta(minutes=minutes - 30)).isoformat(timespec="milliseconds"),
        "instanceID": instance or f"uuid:{uuid.uuid4()}",
        **answers,
    }
    files: dict[str, bytes] = {}
    _fill(data, told, files)
    if deprecated:
        meta = next(one for one in data.iter() if one.tag.endswith("}meta"))
        Tree.SubElement(meta, "deprecatedID").text = deprecated
    assert told.keys() <= {one.tag.rpartition("}")[2] for one in data.iter()}, told
    return Instance(b"<?xml version='1.0' ?>" + Tree.tostring(data), files)


def _fill(element: Tree.Element, told: dict[str, str], files: dict[str, bytes]) -> None:
    """Give the questions their answers and leave out those that were not asked, as Collect does."""
    for child in list(element):
        name = child.tag.rpartition("}")[2]
        if len(child):
            _fill(child, told, files)
        elif name in told:
            child.text = told[name]
            if told[name].endswith(".jpg"):
                files[told[name]] = picture(len(files) + len(told[name]))
        else:
            element.remove(child)


def signed(*who: str) -> dict[str, str]:
    """The signatures as pictures, named as Collect names them."""
    return {f"sign_{one}": f"16959{SIGNATURES.index(one)}0247701.jpg" for one in who}


def made(**more: str) -> dict[str, str]:
    """What stands in every form of a visit that was made: who was there, what they were told, who signed."""
    return {
        "here": "36.81001 118.05002 31.0 8.4",
        "found": "made",
        "present_name": "王清",
        "present_role": "店长",
        "cards": "yes",
        "rights": "yes",
        "recusal": "no",
        "party_signs": "signed",
        **signed("inspector1", "inspector2", "party"),
        **more,
    }
