"""A visit that was recorded on two phones: the second record is kept beside the first, and is no second visit."""

from __future__ import annotations

from typing import Any

from zhijian.programmes.inspection import doubts
from zhijian.programmes.inspection.judging import Judged
from zhijian.programmes.inspection.models import Inspection, Lead, Rectification
from zhijian.programmes.inspection.record import Content, Given
from zhijian.programmes.inspection.visiting import Visit

Flags = list[dict[str, Any]]
MADE = ("rectifying", "closed")


def first_of(visit: Visit) -> Inspection | None:
    """The visit of which this is one more record: of the same hour at the same place, for the same task or by the other
    one of the same officers. Whether the task was cancelled meanwhile changes nothing about who stood there."""
    content = visit.record.content
    rows = Inspection.objects.filter(
        matter__premises=visit.premises, matter__state__in=MADE, twice_of=None, record_id__isnull=False,
        started__lt=visit.ended, ended__gt=visit.began,
    )  # fmt: skip
    found = rows.select_related("matter").order_by("pk")
    return next((one for one in found if one.matter.uid == content.task or _by_the_other(one, content)), None)


def _by_the_other(first: Inspection, content: Content) -> bool:
    """Whether the same officers laid it down, and not the same one of them: whoever holds the phone stands first."""
    theirs = [one["certificate_no"] or one["name"] for one in first.officers]
    ours = [one.certificate_no or one.name for one in content.inspectors]
    return len(ours) > 1 and sorted(ours) == sorted(theirs) and ours[0] != theirs[0]


def doubts_of(first: Inspection | None, flags: Flags) -> Flags:
    """That it was done twice, where the task does not say so already."""
    if first is None or any(one["code"] == "task_done_twice" for one in flags):
        return []
    return [doubts.doubt("task_done_twice", first=str(first.matter.uid))]


def still_to_order(judged: Judged, first: Inspection | None) -> list[Given]:
    """What is to be ordered: nothing that the first record had ordered."""
    ordered = set(Rectification.objects.filter(inspection=first).values_list("item", flat=True)) if first else set()
    return [given for given in judged.of("rectify") if given.item[:20] not in ordered]


def proposed(first: Inspection | None) -> bool:
    """Whether the first record proposed an investigation: one is enough."""
    return first is not None and Lead.objects.filter(inspection=first).exclude(items=[]).exists()
