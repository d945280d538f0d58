"""The papers' part of the demo city: some orders served, one in the post, seals asked for, an address, blanks."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM, Actor, PostFact, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.papers.blanks import acts as blanks
from zhijian.kernel.papers.forms import forms
from zhijian.kernel.papers.models import Blank, Paper, SealRequest
from zhijian.kernel.papers.sealing import acts as sealing
from zhijian.kernel.papers.serving import acts, addresses, confirm, within
from zhijian.kernel.papers.serving.law import Way

SERVED, ASKED, SHEETS = 6, 2, 20
UNPROVEN = 2  # which service of each office still waits for its signed proof


def plant(say: Callable[[str], None]) -> None:
    """Plant it once, in the offices where the demo has an officer and a clerk; small whatever the city's size."""
    with scoped(SYSTEM):
        if Blank.objects.exists():  # what was signed for at a visit is served already
            return
    done = 0
    for account in people.accounts():
        if account.role != Role.CLERK:
            continue
        clerk = Person.objects.get(username=account.username)
        pair = Person.objects.filter(
            username__in=[one.username for one in people.accounts() if one.certificate], home_id=account.area
        ).order_by("pk")
        if len(pair) >= 2:
            with in_its_language():
                done += _office(actor_of(clerk), actor_of(pair[0]), pair[0], pair[1], account.area)
    done += _all_others()
    say(f"papers: {done} served")


def _all_others() -> int:
    """What was sealed long ago or elsewhere was handed over in time, by the officers of its visit."""
    with scoped(SYSTEM):
        sealed = Paper.objects.filter(Paper.in_force(), kind__in=_kinds(), sealed=True)
        rows = sealed.filter(services=None, matter__assignee__isnull=False, matter__second__isnull=False)
        found = list(rows.select_related("matter__assignee", "matter__second", "entity").defer("data").order_by("pk"))
        for paper in found:
            first, second = paper.matter.assignee, paper.matter.second
            officer = actor_of(first)
            there = replace(officer, posts=(*officer.posts, PostFact(Role.INSPECTOR, paper.area)))
            told = _told(0, paper, first, second)
            told.files = [_signed(paper, officer)]
            with when.as_of(told.at or paper.at):
                acts.record(paper, told, there)
    return len(found)


def _kinds() -> list[str]:
    return sorted(kind for kind, one in forms().items() if one.served)


def _office(clerk: Actor, officer: Actor, first: Person, second: Person, area: str) -> int:
    with scoped(clerk):
        orders = Paper.objects.filter(Paper.in_force(), kind__in=_kinds(), area=area, services=None)
        sealed = list(orders.filter(sealed=True).select_related("matter", "entity").order_by("-at")[: SERVED + 2])
        unsealed = orders.filter(sealed=False, kind__in=[kind for kind, one in forms().items() if one.sealed])
        waiting = list(unsealed.order_by("-at")[:ASKED])
    with scoped(officer):
        for paper in waiting:
            if not SealRequest.objects.filter(paper=paper).exists():
                with when.as_of(paper.at + dt.timedelta(minutes=20)):
                    sealing.ask(paper, officer)
        for n, paper in enumerate(sealed):
            told = _told(n, paper, first, second)
            if told.way is Way.DIRECT and n != UNPROVEN:
                told.files = [_signed(paper, officer)]
            with when.as_of(told.at or calendar.start_of(told.sent_on or calendar.today())):
                acts.record(paper, told, officer)
        if sealed:
            with when.as_of(sealed[-1].at):
                _address(sealed[-1], officer)
    before = calendar.start_of(calendar.today()) - dt.timedelta(days=1)
    with when.as_of(before + dt.timedelta(hours=9)), scoped(clerk):
        kind = blanks.kinds()[0][0]
        sheets = blanks.issue(kind, "A-000101", SHEETS, first, clerk)
    with when.as_of(before + dt.timedelta(hours=15)), scoped(officer):
        for sheet, paper in zip(sheets[:3], sealed, strict=False):
            blanks.settle(sheet, "used", officer, matter=paper.matter)
        blanks.settle(sheets[3], "spoiled", officer, reason=str(_("wet")))
    return len(sealed)


def _told(n: int, paper: Paper, first: Person, second: Person) -> acts.Told:
    """Most are handed over two days after the seal; one letter is on its way."""
    sealed = calendar.legal_day(paper.sealed_at or paper.at)
    day = min(sealed + dt.timedelta(days=2), calendar.today())
    entity = paper.entity
    if n == 1:
        place = entity.address if entity else ""
        return acts.Told(way=Way.POST, sent_on=day, tracking="EX314159265CN", place=place or paper.matter.title)
    moment = min(calendar.start_of(day) + dt.timedelta(hours=10, minutes=5 * n), calendar.start_of(calendar.today()))
    return acts.Told(
        way=Way.DIRECT,
        at=max(moment, within.since(paper)),
        place=entity.address if entity else "",
        receiver=(entity.representative if entity else "") or (entity.name if entity else "–"),
        officer1=first,
        officer2=second,
    )


def _signed(paper: Paper, officer: Actor) -> File:
    """The signed proof as somebody photographed it: a form with two signatures, the same picture for all."""
    blob = files.store(_sheet())
    about = {"name": "signed.jpg", "caption": str(_("Signed proof of service"))}
    return files.attach(paper.matter, blob, actor=officer, kind="attachment", **about)


@cache
def _sheet() -> bytes:
    page = Image.new("L", (420, 594), 246)
    pen = ImageDraw.Draw(page)
    pen.rectangle((170, 40, 250, 52), fill=60)
    for top in range(90, 540, 50):
        pen.rectangle((50, top, 370, top + 50), outline=110)
        pen.line((130, top, 130, top + 50), fill=110)
        pen.rectangle((64, top + 20, 64 + (top * 7) % 40 + 20, top + 27), fill=150)
    for top in (365, 465):
        points = [(210 + 3 * x, top + round(14 * math.sin(x * 0.9) * math.cos(x * 0.31 + top))) for x in range(40)]
        pen.line(points, fill=40, width=2, joint="curve")
    out = io.BytesIO()
    page.rotate(1.5, fillcolor=200).save(out, "JPEG", quality=80)
    return out.getvalue()


def _address(paper: Paper, officer: Actor) -> None:
    entity = paper.entity
    if entity is None or addresses.confirmation_of(paper) is not None:
        return
    told = {
        "electronic": "yes",
        "means": "phone",
        "account": entity.phone or "13800000000",
        "address": entity.address or entity.name,
        "receiver": entity.representative or entity.name,
        "phone": entity.phone or "13800000000",
    }
    confirm.confirm(paper.matter, told, officer)
