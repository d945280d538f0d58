"""For any two sets with losses, doubles and changes on either side, the reconciliation finds exactly these."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.exchange.compare import Here, There, compare

STATES = ["exported", "receipt", "sent_back", "done_there"]
MEANT = {"done_there": "receipt"}  # what they say of a record on which both agree
FATES = [
    "well", "lost_there", "lost_here", "withdrawn", "untold", "again", "state", "content", "doubled_there",
    "doubled_here", "not_yet",
]  # fmt: skip


def other_state(state: str) -> str:
    """A state on their side that is other news than ours."""
    return "sent_back" if state != "sent_back" else "receipt"


@given(
    st.dictionaries(
        st.text("0123456789〔〕号", min_size=1, max_size=8), st.tuples(st.sampled_from(STATES), st.sampled_from(FATES)),
        max_size=60,
    ),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_report_finds_exactly_what_was_done_to_either_side(told, dice):
    ours, theirs, expected = [], [], set()
    for key, (state, fate) in told.items():
        mine = Here(key, state, True, True, {"名称": "a", "结果": "b"}, key)
        other = There(key, MEANT.get(state, state), {"名称": "a", "结果": "b"})
        here, there = [mine], [other]
        if fate == "lost_there":
            there, found = [], "here_only" if state != "sent_back" else None  # it came back
        elif fate == "lost_here":
            here, found = [], "there_only"
        elif fate == "withdrawn":
            here, found = [replace(mine, state="withdrawn", held=False)], "there_only"
        elif fate == "untold":
            here, found = [replace(mine, state="to_report", told=False)], "there_untold"
        elif fate == "again":  # changed here since, and known to be: another state or content there is no news
            here, found = [replace(mine, state="to_report", sent={"名称": "z"})], None
        elif fate == "state":
            there, found = [replace(other, state=other_state(state))], "state"
        elif fate == "content":
            there, found = [replace(other, sent={"名称": "a", "结果": "x"})], "content"
        elif fate == "doubled_there":
            there, found = [other, other], "doubled_there"
        elif fate == "doubled_here":
            here, found = [mine, mine], "doubled_here"
        elif fate == "not_yet":
            here, there, found = [replace(mine, state="to_report", told=False)], [], None
        else:
            found = None
        ours += here
        theirs += there
        if found:
            expected.add((found, key))
    dice.shuffle(ours)
    dice.shuffle(theirs)
    differences = compare(ours, theirs)
    assert {(one.code, one.key) for one in differences} == expected
    assert len(differences) == len(expected), "each once"


def test_what_differs_is_named_by_its_heading():
    ours = [Here("1", "receipt", True, True, {"企业名称": "甲", "检查结果": "合格"})]
    (found,) = compare(ours, [There("1", "receipt", {"企业名称": "乙", "检查结果": "合格"}, 7)])
    assert (found.code, found.heads, found.there.n) == ("content", ("企业名称",), 7)


def test_a_word_of_theirs_that_nobody_knows_is_a_different_state():
    (found,) = compare([Here("1", "receipt", True)], [There("1", "")])
    assert found.code == "state"
