"""Text messages fit what is registered with the provider: each text has its template, none is longer than allowed."""

from __future__ import annotations

import re

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import world

from zhijian.config.places import CHECKOUT
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices import letters, texts
from zhijian.kernel.notices.channels import Refused, length
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.packs import PackError

CATALOGUE = CHECKOUT / "src/zhijian/locale/zh_Hans/LC_MESSAGES/django.po"


def said_with_a_link() -> list[str]:
    """Every Chinese text that goes to an enterprise by SMS: said as one, or put together of its head ({organ}) and its
    tail ({link}) by one module of a programme."""
    whole: list[str] = []
    heads: dict[str, list[str]] = {}
    tails: dict[str, list[str]] = {}
    for entry in polib.pofile(str(CATALOGUE)):
        where = entry.occurrences[0][0]
        for text in (entry.msgstr, *entry.msgstr_plural.values()):
            text = re.sub(r"%\(\w+\)s", "99", text)
            if "{organ}" in text and "{link}" in text:
                whole.append(text)
            elif where.startswith("programmes/") and "{organ}" in text:
                heads.setdefault(where, []).append(text)
            elif where.startswith("programmes/") and "{link}" in text:
                tails.setdefault(where, []).append(text)
    assert set(heads) == set(tails)
    return whole + [head + tail for where in heads for head in heads[where] for tail in tails[where]]


def test_every_text_with_a_link_has_its_registered_template():
    book, said = texts.book(), said_with_a_link()
    assert len(said) >= 20, "the search finds what it is for"
    for text in said:
        full = texts.worst(text, book)
        code, values = book.find(full)
        assert code and values, text
        assert book.length(full).parts <= book.most_parts, text


def test_the_check_finds_nothing_wrong(db):
    assert [one for one in texts.findings() if one[0] == "error"] == []
    assert any(one[0] == "unverified" for one in texts.findings()), "nobody asked the provider yet"


def test_the_check_names_what_is_not_registered_and_what_grows_too_long(db, monkeypatch):
    book = texts.book()
    few = [one for one in book.templates if one.code != "ZJ_CODE"]
    short = texts.Book(book.signature, 1, False, book.variables, tuple(few))
    monkeypatch.setattr(texts, "book", lambda: short)
    wrong = [(where, what) for level, where, what in texts.findings() if level == "error"]
    assert any(where == "enterprise.code" and "验证码" in what for where, what in wrong)
    assert any(where == "rectification" for where, _what in wrong), "one message is too little for a link"


def test_what_fits_no_template_is_refused_unless_the_provider_takes_any():
    book = texts.book()
    with pytest.raises(Refused):
        book.find("您好，请尽快联系我们")
    free = texts.Book("", 3, True, book.variables, book.templates)
    assert free.find("您好，请尽快联系我们") == ("", {})


def test_values_are_what_stands_in_the_variables():
    code, values = texts.book().find("验证码 123456,10 分钟内有效。市场监管人员不会向您索要验证码。")
    assert (code, values) == ("ZJ_CODE", {"code": "123456"})
    with pytest.raises(Refused):
        texts.book().find("验证码 1234567,10 分钟内有效。市场监管人员不会向您索要验证码。")


def test_a_template_names_only_known_variables_and_each_once():
    with pytest.raises(PackError, match="no variable"):
        texts._pattern("{who} {what}", {"what": texts.Variable(3)}, "X")
    with pytest.raises(PackError, match="twice"):
        texts._pattern("{what} {what}", {"what": texts.Variable(3)}, "X")


@given(st.text(alphabet="店铺（）“”：，a{}\\.*", min_size=1, max_size=60))
def test_a_long_title_is_cut_and_then_fits_whatever_stands_in_it(title):
    book = texts.book()
    told = book.fitted(
        {"title": title, "organ": "张店局", "n": 3, "link": "https://zj.example/p/abc/", "day": "2026-12-01"}
    )
    text = "{organ}：“{title}”检查发现{n}项问题，请于{day}前整改并答复：{link}"
    for name, value in told.items():
        text = text.replace("{" + name + "}", str(value)) if name != "title" else text
    text = text.replace("{title}", told["title"])
    code, values = book.find(text)
    assert code == "ZJ_RECTIFY"
    assert values["title"] == told["title"] and len(told["title"]) <= book.variables["title"].longest


@given(st.text(max_size=300), st.integers(20, 200))
def test_what_is_cut_to_bytes_fits_and_is_whole_unicode(text, most):
    cut = length.fit_bytes(text, most)
    assert len(cut.encode()) <= most or len(text.encode()) <= most
    assert cut == text or cut.endswith("…")


def test_a_message_too_long_for_the_pack_never_reaches_the_provider(w, matter, monkeypatch):
    from tests.kernel.notices.test_sending import message

    notice = message(matter)
    book = texts.book()
    monkeypatch.setattr(texts, "book", lambda: texts.Book(book.signature, 1, False, book.variables, book.templates))
    with scoped(SYSTEM), pytest.raises(Refused, match="longer"):
        letters.letter_of(Notice.objects.get(pk=notice.pk))


def test_the_shop_with_the_longest_name_is_told(w: world.World, matter):
    from tests.kernel.notices.test_sending import message

    with scoped(SYSTEM):
        matter.title = "淄博市张店区水晶街一号院内三楼东侧老字号手工石磨豆浆油条早餐铺子第二分店"
        matter.save()
        notice = message(matter)
        letter = letters.letter_of(Notice.objects.get(pk=notice.pk))
    assert letter.text.startswith("【淄博市场监管】")
    assert letter.values["title"].endswith("…") and letter.parts == length.sms_length(letter.text).parts
