"""A worker that is killed in the middle of sending loses no message, and no message goes out twice."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any

from django.utils import timezone
from tests import world
from tests.kernel.notices.conftest import planned
from tests.kernel.notices.test_sending import message

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices import sending
from zhijian.kernel.notices.channels import outside as providers
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.simulating import Answer, serve

SOME = 4


def worker(env: dict[str, str], more: dict[str, str]) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "zhijian", "worker", "--concurrency", "1"]
    return subprocess.Popen(line, env={**os.environ, **env, **more}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_for(true: Any, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def states() -> list[str]:
    with scoped(SYSTEM):
        return sorted(Notice.objects.filter(channel="sms").values_list("state", flat=True))


def test_a_killed_worker_loses_none_and_doubles_none(fresh_database, settings) -> None:
    with scoped(SYSTEM):
        w = world.make()
    matters = [planned(w) for _ in range(SOME)]
    for matter in matters:
        message(matter)
    with scoped(SYSTEM):
        waiting = Notice.objects.filter(channel="sms", state="queued").count()
    with serve(providers.Outside()) as (url, outside):
        taken, go_on, asked = threading.Event(), threading.Event(), Counter[str]()
        answer = outside.message

        def slow(told: dict[str, Any]) -> Answer:
            """The provider takes the second one and is slow to say so: there the worker is killed."""
            asked[told["key"]] += 1
            done = answer(told)
            if outside.copies == 2 and not taken.is_set():
                taken.set()
                go_on.wait(30)
            return done

        outside.message = slow  # type: ignore[method-assign]
        env = {
            "ZHIJIAN_SMS_URL": url, "ZHIJIAN_SECRET_SMS": outside.token, "ZHIJIAN_DEMO": "0",
            "ZHIJIAN_PUBLIC_ORIGIN": "https://zj.example",
        }  # fmt: skip
        first = worker(fresh_database.env, env)
        try:
            assert taken.wait(90), first.stderr.read() if first.poll() is not None and first.stderr else "nothing sent"
        finally:
            first.send_signal(signal.SIGKILL)
            first.wait()
        go_on.set()
        assert states().count("sending") == 1
        with scoped(SYSTEM):
            Notice.objects.filter(state="sending").update(claimed_at=timezone.now() - dt.timedelta(minutes=11))
        second = worker(fresh_database.env, env)
        try:
            with scoped(SYSTEM):
                settings.SMS_URL = url
                assert sending.see_to_interrupted() == 1  # what the minute's sweep does
            assert wait_for(lambda: states() == ["sent"] * waiting), states()
        finally:
            second.send_signal(signal.SIGKILL)
            second.wait()
        assert outside.copies == waiting == len(outside.messages)
        assert set(asked.values()) == {1}, "what the provider has is never sent to it again"
