"""The demo city's amended record: on the next morning the officers add to what they had found, and sign anew."""

from __future__ import annotations

import copy
import datetime as dt
import random
import uuid
from typing import Any

from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.papers.models import Paper

Json = dict[str, Any]


def amended(raw: Json, plan: Json, at: dt.datetime, dice: random.Random) -> Json | None:
    """The new version of a record, with more at its first finding; None where it found nothing in words.

    `plan`: what is added, and why (`said.amended` of the place).
    """
    content = copy.deepcopy(raw["content"])
    found = next((one for one in content["answers"] if one["answer"] == "no" and one.get("note")), None)
    if found is None:
        return None
    found["note"] += plan["more"]
    content["papers"] = [{"kind": one["kind"], "number": None, "code": None} for one in content["papers"]]
    old = Paper.objects.filter(signed_digest=raw["digest"], state=Paper.State.ISSUED).order_by("pk")
    content["amends"] = {
        "record": raw["id"],
        "reason": plan["reason"],
        "at": at.isoformat(),
        "absent": False,
        "papers": [{"kind": one.kind, "number": one.number} for one in old],
    }
    content["findings"] = ""  # written by the answers
    return {
        **raw,
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "content": content,
        "digest": sha256_hex(canonical(content)),
        "signatures": [{**one, "at": at.isoformat()} for one in raw["signatures"]],
    }
