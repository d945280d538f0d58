"""The supervisor with real processes: restarts, gives up, stops all of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from zhijian.ops.supervisor import Child, Supervisor, describe, worth_seeing

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def in_thread(supervisor: Supervisor) -> tuple[threading.Thread, list[int]]:
    """Run it beside the test; handlers for signals can only be set by the main thread, so they are left out."""
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(supervisor.run()))
    thread.start()
    return thread, codes


@pytest.fixture(autouse=True)
def _no_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: signal.SIG_DFL)


def until(condition: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def test_a_child_that_dies_is_started_again_and_all_stop_in_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    children = [Child("one", SLEEPER), Child("two", SLEEPER)]
    site = Supervisor(children, tmp_path)
    thread, codes = in_thread(site)
    until(lambda: all("up" in child.tail for child in children))
    first = children[0].process
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: children[0].process not in (None, first))
    pids = [child.process.pid for child in children if child.process]
    site.stopping.set()
    thread.join(20)
    assert codes == [0]
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert "[one] ended (SIGKILL)" in capsys.readouterr().out
    assert (tmp_path / "one.log").read_text().startswith("up")


def test_a_child_that_dies_at_once_again_and_again_ends_it_with_its_last_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhijian.ops.supervisor.GIVE_UP_AFTER", 2)
    broken = Child("broken", [sys.executable, "-c", "raise SystemExit('no such city')"])
    broken.deaths = type(broken.deaths)(maxlen=2)
    other = Child("other", SLEEPER)
    thread, codes = in_thread(Supervisor([other, broken], tmp_path))
    thread.join(30)
    assert codes == [1]
    assert "no such city" in capsys.readouterr().out
    assert other.process is not None
    assert other.process.poll() is not None


def test_who_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhijian.ops.supervisor.STOP_SECONDS", 0.5)
    child = Child("stubborn", [sys.executable, "-c", STUBBORN])
    site = Supervisor([child], tmp_path)
    thread, _codes = in_thread(site)
    until(lambda: "up" in child.tail)
    site.stopping.set()
    thread.join(20)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_what_is_shown_and_what_only_logged() -> None:
    assert worth_seeing("2026-01-01 ERROR zhijian: no")
    assert worth_seeing("ValueError: x")
    assert not worth_seeing("[INFO] Listening")
    assert not worth_seeing('  File "x.py", line 1')
    assert describe(-9) == "SIGKILL"
    assert describe(3) == "exit code 3"
