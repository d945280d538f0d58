"""Keeps the processes of `make run` alive: starts them, watches them, restarts what dies, stops all of it in order."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from zhijian.ops.console import OpsError, say

STOP_SECONDS = 15  # then a child is killed
GIVE_UP_AFTER = 5  # deaths …
GIVE_UP_WITHIN = 60  # … within so many seconds
LOG_BYTES = 10 * 2**20  # a log that is larger when a child starts becomes NAME.log.1
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process: how to start it, and what became of it so far."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=GIVE_UP_AFTER))
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=12))
    restart_at: float = 0.0


def _die_with_parent() -> None:
    """Linux: get SIGTERM when the supervisor dies, however it dies. Elsewhere nothing."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Runs children until SIGINT or SIGTERM; `run` returns the exit code."""

    def __init__(self, children: list[Child], logs: Path) -> None:
        self.children = children
        self.logs = logs
        self.stopping = threading.Event()
        logs.mkdir(parents=True, exist_ok=True)

    def run(self, on_ready: Callable[[], None] | None = None) -> int:
        """Start all, watch, restart; at the end stop all, last started first."""
        before = {number: signal.signal(number, self._asked_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for child in self.children:
                self._start(child)
            if on_ready:
                on_ready()
            while not self.stopping.wait(0.2):
                for child in self.children:
                    self._look_after(child)
            return 0
        except OpsError as error:
            say(f"zhijian: {error}")
            return 1
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked_to_stop(self, number: int, frame: object) -> None:
        self.stopping.set()

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command,
            env=os.environ | child.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A group of its own: Ctrl-C reaches only us, and we stop the children in order.
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        threading.Thread(target=self._read, args=(child, child.process), daemon=True).start()

    def _read(self, child: Child, process: subprocess.Popen[str]) -> None:
        """Each line goes to the child's log; what is more than routine also to the terminal."""
        path = self.logs / f"{child.name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("a", errors="replace") as log:
            for line in process.stdout or ():
                log.write(line)
                log.flush()
                child.tail.append(line.rstrip())
                if not self.stopping.is_set() and worth_seeing(line):
                    say(f"[{child.name}] {line.rstrip()}")

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        _kill_group(child.process, signal.SIGKILL)  # its own children, if it died without them
        child.process = None
        child.deaths.append(now)
        if len(child.deaths) == GIVE_UP_AFTER and now - child.deaths[0] < GIVE_UP_WITHIN:
            last = "\n    ".join(child.tail)
            raise OpsError(
                f"{child.name} died {GIVE_UP_AFTER} times within {GIVE_UP_WITHIN} s. Its last words:\n    {last}"
            )
        wait = min(0.2 * 2 ** len(child.deaths), 5.0)
        child.restart_at = now + wait
        say(f"[{child.name}] ended ({describe(code)}); started again in {wait:.1f} s. {self.logs / child.name}.log")

    def stop(self) -> None:
        """Ask each child to end, last started first; kill what does not within STOP_SECONDS."""
        self.stopping.set()
        alive = [c.process for c in reversed(self.children) if c.process and c.process.poll() is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0.1))
            _kill_group(process, signal.SIGKILL)
            process.wait()


def _kill_group(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def describe(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


_WORTH_SEEING = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|^\w*(Error|Exception)\b")


def worth_seeing(line: str) -> bool:
    """Lines that the operator should see at once; everything else, and the rest of a traceback, is in the log."""
    return bool(_WORTH_SEEING.search(line))
