"""What the operator sees: steps with their time, plain sentences, no escape codes where no terminal listens."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator


class OpsError(RuntimeError):
    """Something outside the program keeps it from running; the message says what to do."""


def say(text: str = "") -> None:
    """One line to the operator, at once."""
    print(text, flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step; while it lasts longer than two seconds the seconds count up, at the end stands how long."""
    began, done = time.monotonic(), threading.Event()
    live = sys.stdout.isatty()

    def tick() -> None:
        while not done.wait(1.0):
            passed = time.monotonic() - began
            if live:
                print(f"\r  {name} … {passed:.0f} s", end="", flush=True)
            elif passed > 2 and int(passed) % 15 == 0:
                say(f"  {name} … {passed:.0f} s")

    if not live:
        say(f"  {name} …")
    watcher = threading.Thread(target=tick, daemon=True)
    watcher.start()
    outcome = "failed"
    try:
        yield
        outcome = "done"
    finally:
        done.set()
        watcher.join()
        line = f"  {name}: {outcome} in {time.monotonic() - began:.1f} s"
        print(("\r" + line.ljust(60)) if live else line, flush=True)
