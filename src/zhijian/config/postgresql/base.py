"""A connection that answered a moment ago is not asked anew whether it lives.

Django asks before the first query of every request (`SELECT 1`), which was one of five exchanges with the database for
an order by Open311. Here a connection is asked once in FRESH seconds. A database that was restarted in between costs
the requests of that moment, as it would have anyway; after an error Django looks at the connection as before.
"""

from __future__ import annotations

import time

from django.db.backends.postgresql import base

FRESH = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for the question."""

    good_until = 0.0
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        """Ask, unless it was asked less than FRESH seconds ago; close it where it does not answer."""
        if self.connection is None or self.health_check_done:
            return
        if time.monotonic() < self.good_until:
            self.health_check_done = True
            return
        super().close_if_health_check_failed()
        self.good_until = time.monotonic() + FRESH
