"""The enterprise's own steps as forms made from their facts, and the photos that come with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.forms import PhotosField, StepForm, form_for
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.refusals import Refused
from zhijian.kernel.matters.errors import BadFacts, NotFound, StepError
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers, perform
from zhijian.kernel.party.pages import page_of

PHOTOS = 9
MOST = 12 * 1024 * 1024  # bytes of one photo; the page's script makes them smaller first, where there is a script
ACCEPT = "image/jpeg,image/png,image/webp"


@dataclass
class Act:
    """A step as the enterprise sees it: its form, or why it is not open."""

    matter: Matter
    step: Step
    label: str
    record: Any = None
    form: StepForm | None = None
    shut: str = ""
    article: str = ""
    spoilt: bool = False
    said: list[str] = field(default_factory=list)

    @property
    def photos(self) -> bool:
        """Whether photos are asked for."""
        return self.form is not None and any(isinstance(one, PhotosField) for one in self.form.fields.values())

    @property
    def ident(self) -> str:
        """What names it within the page."""
        return f"a-{self.matter.uid}-{self.step.verb}"


def acts_of(matter: Matter, actor: Actor, record: Any) -> list[Act]:
    """The enterprise's steps from here, the likely one first; shut ones with their reason."""
    page = page_of(matter.kind)
    found = []
    for offer in sorted(offers(matter, actor, record), key=lambda o: (not o.open, not o.step.likely)):
        act = Act(matter, offer.step, page.button(offer.step), record, shut="" if offer.open else offer.why)
        act.article = "" if offer.open else offer.article
        act.form = made(act, actor) if offer.open else None
        found.append(act)
    return found


def made(act: Act, actor: Actor, request: HttpRequest | None = None) -> StepForm | None:
    """The form of a step, empty, or as it was sent. Fields are called like the facts; ids are the page's own."""
    data, sent = (request.POST, request.FILES) if request is not None else (None, None)
    form = form_for(act.step, act.matter, actor, data, sent, record=act.record)
    if form is None:
        return None
    form.prefix, form.auto_id = None, f"{act.ident}-%s"
    for one in form.fields.values():
        if isinstance(one, PhotosField):
            furnish_photos(one)
        elif isinstance(one.widget, forms.DateInput | forms.Textarea | forms.TextInput):
            one.widget.attrs.pop("class", None)
    return form


def furnish_photos(one: PhotosField) -> None:
    """Which photos are taken, and how many: said before they are chosen."""
    one.widget.attrs["accept"] = ACCEPT
    one.help_text = one.help_text or _("Up to %(n)s, each at most 12 MB.") % {"n": PHOTOS}


def do(act: Act, actor: Actor, request: HttpRequest) -> bool:
    """Do the step as it was sent. False when it did not happen: then the act holds what was typed and what is wrong.

    Raises NotFound for a matter that is gone.
    """
    act.form = made(act, actor, request)
    form = act.form
    if form is not None and not form.is_valid():
        act.spoilt = True
        return False
    with _blaming(act), transaction.atomic():
        told = {**form.facts(), **keep_photos(form.photos(), act.matter, actor)} if form is not None else {}
        perform(act.matter, act.step.verb, actor, **told)
    return not act.spoilt


@contextmanager
def _blaming(act: Act) -> Iterator[None]:
    """Put what went wrong where it can be mended: beside its field, or above the form."""
    try:
        yield
    except NotFound:
        raise
    except BadPhotos as error:
        act.spoilt = True
        if act.form is not None:
            act.form.blame({error.name: error.said})
    except BadFacts as error:
        act.spoilt = True
        if act.form is not None:
            act.form.blame(error.errors)
    except StepError as error:
        act.spoilt = True
        act.said.append(error.message)


class BadPhotos(Exception):
    """Some of the photos can't be taken; nothing was kept."""

    def __init__(self, name: str, said: list[str]) -> None:
        super().__init__(name, said)
        self.name, self.said = name, said


def keep_photos(sent: Mapping[str, list[Any]], matter: Matter, actor: Actor) -> dict[str, list[UUID]]:
    """Keep photos by the fact they belong to, each judged by its content. Raises BadPhotos that tells of every bad one.

    To be called within the transaction that rests on them.
    """
    kept: dict[str, list[UUID]] = {}
    for name, photos in sent.items():
        if len(photos) > PHOTOS:
            raise BadPhotos(name, [ngettext("At most %(n)s photo.", "At most %(n)s photos.", PHOTOS) % {"n": PHOTOS}])
        wrong = []
        for upload in photos:
            try:
                blob = files.store(upload, media_types=files.IMAGES, limit=MOST)
            except Refused as error:
                wrong.append(_("“%(name)s”: %(why)s") % {"name": upload.name, "why": error})
                continue
            about = {"kind": File.Kind.PHOTO, "name": upload.name[:200]}
            kept.setdefault(name, []).append(files.attach(matter, blob, actor=actor, **about).uid)
        if wrong:
            raise BadPhotos(name, [*wrong, _("Nothing was sent yet. Choose the photos again without it.")])
    return kept
