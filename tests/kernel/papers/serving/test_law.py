"""The day on which a paper counts as served, and what each way must prove: pure arithmetic, any facts."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.papers.serving.law import Lacks, Needs, Served, Way, counts, lacking, likeliest, proof_on_paper

MADE, TODAY = dt.date(2026, 3, 2), dt.date(2026, 5, 4)
NEEDS = Needs()
days = st.dates(MADE - dt.timedelta(days=5), TODAY + dt.timedelta(days=5))
facts = st.builds(
    Served,
    way=st.sampled_from(Way),
    officers=st.integers(0, 3),
    uncertified=st.integers(0, 2),
    sent=st.none() | days,
    handed=st.none() | days,
    arrived=st.none() | days,
    returned=st.none() | days,
    **{
        name: st.booleans()
        for name in ("receiver", "witness", "recorded", "consent", "confirmed", "tracking", "body", "where", "missing")
    },
)


@given(facts)
def test_a_proven_service_never_counts_before_the_paper_was_made(told: Served) -> None:
    if not lacking(told, NEEDS, made=MADE, today=TODAY):
        day = counts(told, NEEDS).day
        assert day is None or day >= MADE


@given(facts)
def test_only_a_notice_counts_in_the_future(told: Served) -> None:
    day = counts(told, NEEDS).day
    if day is not None and day > TODAY and not lacking(told, NEEDS, made=MADE, today=TODAY):
        assert told.way is Way.NOTICE


@given(facts)
def test_electronic_counts_by_arrival_and_never_without_consent(told: Served) -> None:
    if told.way is Way.ELECTRONIC:
        assert counts(told, NEEDS).day == told.arrived
        assert told.consent or Lacks.CONSENT in lacking(told, NEEDS, made=MADE, today=TODAY)


def test_only_a_letter_that_was_taken_is_proven_without_a_file() -> None:
    grounds = {Way.ELECTRONIC: "arrival", Way.NOTICE: "notice", Way.LEFT: "left"}
    without = [way for way in Way if not proof_on_paper(way, grounds.get(way, "signed"))]
    assert without == [Way.POST]
    assert all(proof_on_paper(way, "failed") for way in Way)


def test_a_returned_letter_counts_only_where_the_party_confirmed_that_address() -> None:
    letter = Served(way=Way.POST, tracking=True, sent=MADE, returned=MADE + dt.timedelta(days=9))
    assert counts(letter, NEEDS) == counts(letter, NEEDS)
    assert (counts(letter, NEEDS).day, counts(letter, NEEDS).why) == (None, "failed")
    confirmed = Served(**{**letter.__dict__, "confirmed": True})
    assert (counts(confirmed, NEEDS).day, counts(confirmed, NEEDS).why) == (letter.returned, "returned")
    assert counts(confirmed, Needs(returned_counts=False)).day is None


@pytest.mark.parametrize("length", [30, 60])
def test_a_notice_counts_when_its_days_have_run(length: int) -> None:
    told = Served(
        way=Way.NOTICE, sent=MADE, where=True, medium=True, tried=True, failed=frozenset({Way.LEFT, Way.POST})
    )
    assert counts(told, Needs(notice_days=length)).day == MADE + dt.timedelta(days=length)
    assert lacking(told, Needs(notice_days=length), made=MADE, today=TODAY) == []


def test_left_behind_wants_two_officers_and_a_witness_or_a_recording() -> None:
    told = Served(way=Way.LEFT, officers=1, handed=MADE)
    assert lacking(told, NEEDS, made=MADE, today=TODAY) == [Lacks.OFFICERS, Lacks.PROOF]
    for proof in ("witness", "recorded"):
        said = Served(way=Way.LEFT, officers=2, handed=MADE, **{proof: True})
        assert lacking(said, NEEDS, made=MADE, today=TODAY) == [Lacks.PROOF], "a name alone, or a tick, proves nothing"
        whole = Served(**{**said.__dict__, "file": True})
        assert lacking(whole, NEEDS, made=MADE, today=TODAY) == []
    only_a_file = Served(way=Way.LEFT, officers=2, handed=MADE, file=True)
    assert lacking(only_a_file, NEEDS, made=MADE, today=TODAY) == [Lacks.PROOF]


def test_whoever_serves_by_hand_holds_a_certificate() -> None:
    for way in (Way.DIRECT, Way.LEFT):
        told = Served(way=way, officers=2, uncertified=1, handed=MADE, receiver=True, witness=True, file=True)
        assert lacking(told, NEEDS, made=MADE, today=TODAY) == [Lacks.CERTIFICATE]


def test_the_likeliest_way_follows_what_was_tried() -> None:
    nothing = {"signed_on_site": False, "consent": False, "refused": False, "away": False, "confirmed": False}
    assert likeliest(**nothing, returned=False) is Way.DIRECT
    assert likeliest(**{**nothing, "consent": True}, returned=False) is Way.ELECTRONIC
    assert likeliest(**{**nothing, "refused": True}, returned=False) is Way.LEFT
    assert likeliest(**{**nothing, "away": True}, returned=False) is Way.POST
    assert likeliest(**nothing, returned=True) is Way.DIRECT, "nobody went there yet"
    assert likeliest(**{**nothing, "away": True}, returned=True) is Way.NOTICE


def test_a_notice_comes_after_the_other_ways_or_where_nobody_knows_of_the_party() -> None:
    needs = Needs(notice_after=frozenset({Way.DIRECT, Way.POST}))

    def lacks(**more: object) -> list[Lacks]:
        told = Served(way=Way.NOTICE, sent=MADE, where=True, medium=True, tried=True, **more)  # type: ignore[arg-type]
        return lacking(told, needs, made=MADE, today=TODAY)

    for failed in ((), (Way.DIRECT,), (Way.POST,), (Way.LEFT, Way.ELECTRONIC)):
        assert lacks(failed=frozenset(failed)) == [Lacks.OTHERS]
    assert lacks(failed=frozenset({Way.LEFT, Way.POST})) == []
    assert lacks(missing=True, shown=MADE) == []


def test_no_notice_while_a_confirmed_address_is_known_that_was_not_tried_in_vain() -> None:
    one, later = MADE + dt.timedelta(days=5), MADE + dt.timedelta(days=9)

    def lacks(**more: object) -> list[Lacks]:
        told = Served(way=Way.NOTICE, sent=later, where=True, medium=True, tried=True, **more)  # type: ignore[arg-type]
        return lacking(told, NEEDS, made=MADE, today=TODAY)

    assert lacks(missing=True, shown=later, known=True) == [Lacks.KNOWN]
    assert lacks(failed=frozenset({Way.DIRECT, Way.POST}), known=True) == [Lacks.KNOWN]
    assert lacks(missing=True, shown=later, known=True, in_vain_there=one) == []
    assert lacks(missing=True) == [Lacks.SHOWN]
    assert lacks(missing=True, shown=TODAY + dt.timedelta(days=1)) == [Lacks.FUTURE]
    for shown, ok in ((MADE, False), (one, False), (later, True)):
        assert lacks(missing=True, shown=shown, reached=one) == ([] if ok else [Lacks.REACHED])
    assert lacks(missing=True, shown=MADE, known=True, in_vain_there=one) == [Lacks.REACHED]
    assert lacks(missing=True, shown=one, known=True, in_vain_there=one) == []


def test_a_letter_says_where_it_went_and_only_what_was_confirmed_by_then_counts() -> None:
    letter = Served(way=Way.POST, tracking=True, sent=MADE)
    assert lacking(letter, NEEDS, made=MADE, today=TODAY) == []
    assert lacking(Served(**{**letter.__dict__, "addressed": False}), NEEDS, made=MADE, today=TODAY) == [Lacks.ADDRESS]
    later = Served(**{**letter.__dict__, "later": True, "returned": TODAY, "reason": True})
    assert lacking(later, NEEDS, made=MADE, today=TODAY) == [Lacks.CONFIRMED_LATER]
    assert counts(later, NEEDS).why == "failed"
