"""A small world with a real checklist, and Collect let in on the first officer's phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from tests import world
from tests.gateways.openrosa.collect import Instance, Part, headers, multipart

from zhijian.gateways.openrosa import access, forms
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection.checklists import load, read_checklist
from zhijian.programmes.inspection.models import Checklist

LIST = "checklists/food_service_v3.xlsx"


@dataclass
class Collect:
    """Collect on a phone, by Django's own client."""

    w: world.World
    device: Device
    password: str
    client: Client
    checklist: Checklist
    username: str = "甲"

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(f"/openrosa/{path}", secure=True, headers=headers(self.username, self.password), **more)

    def post(self, parts: list[Part]) -> Any:
        body, kind = multipart(parts)
        told = headers(self.username, self.password)
        return self.client.post(
            "/openrosa/submission?deviceID=collect%3Aab12", body, content_type=kind, secure=True, headers=told
        )

    def send(self, instance: Instance, most: int = 4 * 1024 * 1024) -> Any:
        """All its requests, one after the other, as long as each is taken; the last answer."""
        answer = None
        for parts in instance.posts(most):
            answer = self.post(parts)
            if answer.status_code != 201:
                break
        return answer

    def form(self) -> forms.Form:
        return forms.of_lists([self.checklist])


def make(client: Client) -> Collect:
    """The world, the list, the phone. In a system scope."""
    w = world.make()
    w.head, w.second
    Checklist.objects.filter(pk=w.checklist.pk).update(applies=[])  # for no place by itself: the real list is
    reading = read_checklist(stack().file(LIST))
    assert reading.data is not None
    checklist = load({**reading.data, "since": "2022-03-15"}, SYSTEM)
    device, password = access.issue(w.inspector, "红米", actor_of(w.inspector))
    return Collect(w, device, password, client, checklist)


@pytest.fixture
def collect(db: None, client: Client) -> Collect:
    with scoped(SYSTEM):
        return make(client)
