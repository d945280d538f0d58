"""The processes that help an import end with it, also when it is killed and can't tell them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

IMPORT = """
import multiprocessing, os, time
from concurrent.futures import ProcessPoolExecutor
from zhijian.kernel.registry.import_ import pipeline
if __name__ == "__main__":
    of = pipeline._end_with_parent if {watched} else None
    pool = ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=of, initargs=(os.getpid(),) if of else ()
    )
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def orphan(tmp_path, watched: bool, seconds: float) -> bool:
    """Whether a helper lives on so long after its import was killed."""
    script = tmp_path / f"import_{watched}.py"
    script.write_text(IMPORT.format(watched=watched))
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhijian.config.settings"}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=env) as running:
        helper = int(running.stdout.readline())
        running.send_signal(signal.SIGKILL)
    until = time.monotonic() + seconds
    while alive(helper) and time.monotonic() < until:
        time.sleep(0.1)
    left = alive(helper)
    if left:
        os.kill(helper, signal.SIGKILL)
    return left


def test_a_helper_ends_with_its_import(tmp_path) -> None:
    assert orphan(tmp_path, watched=False, seconds=3), "without the watch it would wait for ever"
    assert not orphan(tmp_path, watched=True, seconds=30)
