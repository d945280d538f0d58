"""In which order a day's places are gone to, and when one gets there.

`straight` and `roads` give the times between places, `arrange` the order, `walk` what follows from an order. Pure but
for the road service and the order that somebody kept (`DayOrder`); the field app has the same walk and the same simple
order (`web/field/src/route.ts`), held together by `tests/fixtures/routes.json`.
"""

from zhijian.kernel.routing.matrix import Matrix, Place, straight
from zhijian.kernel.routing.ordering import Plan, Stop, Visit, insert, simple, walk
from zhijian.kernel.routing.solving import arrange

__all__ = ["Matrix", "Place", "Plan", "Stop", "Visit", "arrange", "insert", "simple", "straight", "walk"]
