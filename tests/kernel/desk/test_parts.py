"""Small parts: paging by key, Excel that streams, forms from facts, words for a due day."""

from __future__ import annotations

import datetime as dt
import enum
import io
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field
from python_calamine import CalamineWorkbook
from tests import world as worlds

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import forms, paging, said, xlsx
from zhijian.kernel.matters.facts import Facts
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["newest", "oldest", "due"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=0, max_size=13))
def test_pages_by_key_show_every_row_once_forth_and_back(world, order, days):
    Matter.objects.all().delete()
    first = dt.date(2026, 1, 1)
    for n, day in enumerate(days):
        due = None if day is None else first + dt.timedelta(days=day)
        Matter.objects.create(
            kind="inspection",
            title=str(n),
            area=worlds.OFFICE,
            state="planned",
            opened=calendar.start_of(first),
            due=due,
        )
    whole = [m.pk for m in paging.page(Matter.objects.all(), order, size=100).rows]
    assert len(whole) == len(days)
    seen, pages, after = [], [], ""
    while True:
        page = paging.page(Matter.objects.all(), order, after, size=4)
        pages.append([m.pk for m in page.rows])
        seen += pages[-1]
        after = page.after
        if not after:
            break
    assert seen == whole
    back = page
    while back.before:
        back = paging.page(Matter.objects.all(), order, "", back.before, size=4)
    assert [m.pk for m in back.rows] == whole[:4] or len(pages) == 1


def test_an_excel_file_begins_to_flow_before_the_rows_are_read():
    asked = []

    def rows():
        for n in range(3):
            asked.append(n)
            yield [n, f"<店 & {n}>", Decimal("3.50"), dt.date(2026, 11, 24), MOMENT, None, True]

    with translation.override("en"):
        parts = xlsx.stream("检查/2026", list("ABCDEFG"), rows(), about=["检查", "辖区:张店"])
        first = next(parts)
        assert first.startswith(b"PK")
        assert asked == []
        whole = first + b"".join(parts)
    book = CalamineWorkbook.from_filelike(io.BytesIO(whole))
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet[0] == list("ABCDEFG")
    assert sheet[1][:5] == [0.0, "<店 & 0>", 3.5, dt.date(2026, 11, 24), MOMENT]
    assert len(sheet) == 4
    assert [row[0] for row in book.get_sheet_by_index(1).to_python()] == ["检查", "辖区:张店", "3 rows"]


MOMENT = dt.datetime.fromisoformat("2026-11-24T08:30:00")  # Excel knows no zones


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class Many(Facts):
    """One of each kind of fact."""

    text: Annotated[str, Field(title="Text", min_length=2, description="Say it")]
    more: Annotated[str, Field(title="More", json_schema_extra={"widget": "long"})] = ""
    day: dt.date
    at: dt.datetime | None = None
    count: Annotated[int, Field(ge=1, le=9)]
    money: Decimal | None = None
    sure: bool = False
    colour: Colour = Colour.RED
    size: Literal["s", "m", "l", "xl", "xxl"]
    colours: list[Colour] = []
    lines: list[str] = []


def test_a_form_asks_each_fact_in_its_own_way_and_gives_what_the_facts_take():
    step = Step("tell", "a", facts=Many)
    form = forms.form_for(step, None, SYSTEM)
    kinds = {name: type(field.widget).__name__ for name, field in form.fields.items()}
    assert kinds == {
        "text": "TextInput", "more": "Textarea", "day": "DateInput", "at": "DateTimeInput", "count": "NumberInput",
        "money": "NumberInput", "sure": "CheckboxInput", "colour": "RadioSelect", "size": "Select",
        "colours": "CheckboxSelectMultiple", "lines": "Textarea",
    }  # fmt: skip
    assert {name for name, field in form.fields.items() if field.required} == {"text", "day", "count", "size"}
    sent = {
        "f-text": "好的", "f-day": "2026-11-24", "f-count": "3", "f-money": "2.50", "f-size": "xl", "f-colour": "blue",
        "f-colours": ["red", "blue"], "f-lines": "一\n\n二", "f-sure": "on",
    }  # fmt: skip
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for name, value in sent.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    form = forms.form_for(step, None, SYSTEM, data)
    assert form.is_valid(), form.errors
    facts = Many(**form.facts())
    assert (facts.count, facts.money, facts.colour, facts.sure) == (3, Decimal("2.50"), Colour.BLUE, True)
    assert facts.lines == ["一", "二"]
    wrong = forms.form_for(step, None, SYSTEM, QueryDict("f-text=a&f-count=12&f-day=yesterday"))
    assert set(wrong.errors) == {"text", "count", "day", "size"}


@pytest.mark.django_db
def test_a_due_day_is_said_in_words():
    today = calendar.today()
    assert said.due_of(None) is None
    late = said.due_of(today - dt.timedelta(days=2))
    assert (late.tone, "2" in late.words) == ("late", True)
    assert said.due_of(today).tone == "soon"
    assert said.due_of(today + dt.timedelta(days=60)).tone == "far"


def test_places_are_named_by_the_nearest_known_one():
    assert said.area_name("370303") == "张店"
    assert said.area_name("zz") == "zz"
