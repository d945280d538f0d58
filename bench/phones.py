"""A phone at the server's door, for benches: what the tests' phone does, with the bytes counted as they go out."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.phone import Phone

PASSWORD = "long enough for a bench"


class Taker(Phone):
    """A newly enrolled phone of a person. `sent` and `plain` are the bytes of its pulls, compressed and not."""

    def __init__(self, username: str) -> None:
        from django.test import Client

        from zhijian.kernel.accounts import devices
        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.models import Person
        from zhijian.kernel.accounts.scope import scoped

        self.client, self.sent, self.plain, self.pages = Client(SERVER_NAME="localhost"), 0, 0, 0
        super().__init__(self._carry)
        with scoped(SYSTEM):
            person = Person.objects.get(username=username)
            person.set_password(PASSWORD)
            person.save()
            code = devices.issue_code(person)
        status, told = self.enrol(username, PASSWORD, code)
        assert status == 200, told

    def _carry(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = {**headers, "Accept-Encoding": "gzip"}
        kind = asked.pop("Content-Type")
        answer = self.client.generic(method, path, body, content_type=kind, headers=asked)
        data = answer.content
        if answer.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        if "/pull" in path:
            self.sent, self.plain, self.pages = self.sent + len(answer.content), self.plain + len(data), self.pages + 1
        return answer.status_code, json.loads(data)
