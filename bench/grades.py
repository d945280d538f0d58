"""Risk grades of all food businesses of a city: what the nightly job does, by the tables of the pack.

100,000 places stand in the register, each with two visits of this year, every other of which found three items that
did not comply. Measured is the first night (every grade is opened), a night on which nothing has changed, and one on
which a hundredth of the places has one more visit.
"""

from __future__ import annotations

import time

from bench.common import Result, arguments, bench_database, report, say

FULL, GOAL_S = 100_000, 120.0
PLACES = """
INSERT INTO registry_premises (uid, entity_id, source, source_key, name, fold, grams, initials, name_key, address, area,
    door_code, trade, status, contact, phone, risk, pinned, extra)
SELECT gen_random_uuid(), %(entity)s, 'bench', i::text, 'b' || i, 'b', '{}', '', '', '', '370303009',
    lpad(i::text, 10, '0'), (array['restaurant', 'food_retail', 'food_production'])[1 + i %% 3], 'open', '', '', '',
    false, '{}'
FROM generate_series(1, %(n)s) i;
"""
VISITS = """
WITH made AS (
    INSERT INTO matters_matter
    (uid, kind, number, title, area, state, urgency, opened, closed, version, partner, kept_from, flags, entity_id,
     premises_id)
    SELECT gen_random_uuid(), 'inspection', '', name, area, 'closed', 0, at, at, 1, false, '{}', '[]', entity_id, id
    FROM registry_premises, (VALUES (now() - interval '40 days'), (now() - interval '160 days')) d (at)
    WHERE source = 'bench' AND id %% %(each)s = 0 RETURNING id, closed, premises_id),
visit AS (
    INSERT INTO inspection_inspection (matter_id, purpose, started, ended, result, items_checked, failed, failed_key,
        officers, present_name, present_role, refused, refused_reason, witness, no_witness, hindered, findings,
        statement, record_digest, check_code, imported, outside, outside_reason, minutes_paused)
    SELECT id, 'routine', closed, closed, 'compliant', 50, 3 * (id %% 2), id %% 2, '[]', '', '', false, '', '', '', '',
        '', '', '', '', '{}', '', '', 0 FROM made RETURNING matter_id),
gone AS (
    INSERT INTO inspection_bylist (inspection_id, checklist_id, place, result, items_checked, failed, failed_key)
    SELECT id, (SELECT c.id FROM inspection_checklist c JOIN registry_premises p ON p.id = premises_id
        WHERE c.code = 'cn.' || CASE p.trade WHEN 'restaurant' THEN 'food_service' ELSE p.trade END
        ORDER BY version LIMIT 1),
        0, 'compliant', 50, 3 * (id %% 2), id %% 2 FROM made RETURNING inspection_id)
INSERT INTO inspection_answer (inspection_id, item, key, answer, by_section, at, value, unit, note, safety, measure)
SELECT m.id, i.no, false, 'no', false, m.closed, '', '', '', false, ''
FROM made m, (VALUES ('1.1'), ('2.1'), ('3.1')) i (no) WHERE m.id %% 2 = 1;
"""


def main() -> None:
    """Run the bench."""
    args = arguments("grades", __doc__ or "", seconds=20)
    n = max(1_000, int(FULL * args.scale))
    with bench_database():
        first, still, some = _measured(n)
    rows = [
        Result(f"{n:,} places graded for the first time", first, "s"),
        Result(
            f"{n:,} places counted anew, nothing has changed", still, "s", GOAL_S, "goal", still / GOAL_S, "< 120 s",
            still < GOAL_S,
        ),
        Result("the same after a visit to one place of a hundred", some, "s"),
    ]  # fmt: skip
    report("grades", args, rows)


def _measured(n: int) -> tuple[float, float, float]:
    from django.db import connection

    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.registry.models import Entity
    from zhijian.programmes.grading import computing
    from zhijian.programmes.inspection.checklists import load_shipped

    say(f"making {n:,} places …")
    with scoped(SYSTEM), connection.cursor() as cursor:
        load_shipped()
        entity = Entity.objects.create(name="bench", area="370303009")
        cursor.execute(PLACES, {"n": n, "entity": entity.pk})
        cursor.execute(VISITS, {"each": 1})
        cursor.execute(
            "ANALYZE matters_matter, registry_premises, inspection_inspection, inspection_answer, inspection_bylist"
        )
    seconds, done = _timed(computing.settle_all)
    assert done.opened == n
    still, done = _timed(computing.settle_all)
    assert (done.opened, done.written) == (0, 0)
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(VISITS, {"each": 100})
    some, done = _timed(computing.settle_all)
    assert done.written
    return seconds, still, some


def _timed(act: object) -> tuple[float, object]:
    begun = time.perf_counter()
    done = act()  # type: ignore[operator]
    return time.perf_counter() - begun, done


if __name__ == "__main__":
    main()
