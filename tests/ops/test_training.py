"""`zhijian training`: a second installation that nobody can take for the real one, and that reaches nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from zhijian.config import places
from zhijian.ops import training
from zhijian.ops.console import OpsError

LOOK = """
import django; django.setup()
from django.conf import settings
from zhijian.config import places
from zhijian.kernel.packs import stack
from zhijian.kernel.notices.channels import gateway
print(settings.TRAINING, settings.DATA_HOME, settings.SESSION_COOKIE_NAME, type(gateway()).__name__,
      stack().number_format("inspection").format(organ=stack().organ(stack().setting("city")), year=2026, n=1),
      places.database_urls().application)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A real installation's data folder; what moves in is undone afterwards."""
    kept = dict(os.environ)
    monkeypatch.setenv("ZHIJIAN_HOME", str(tmp_path / "real"))
    caches = (places.data_home, places.secret, places.cluster_home)
    for one in caches:
        one.cache_clear()
    yield tmp_path / "real"
    os.environ.clear()
    os.environ.update(kept)
    for one in caches:
        one.cache_clear()


def looked(env: dict[str, str]) -> list[str]:
    line = [sys.executable, "-c", LOOK]
    settings = {"DJANGO_SETTINGS_MODULE": "zhijian.config.settings"}
    done = subprocess.run(line, capture_output=True, text=True, env=env | settings, check=True)
    return done.stdout.split()


def test_it_lives_beside_the_real_one_and_takes_nothing_of_it(home, monkeypatch):
    real = looked(dict(os.environ))
    secret = places.secret("session")
    for name, value in {
        "DATABASE_URL": "postgresql://u:p@db/real", "ZHIJIAN_SMS_GATEWAY": "city.Real", "ZHIJIAN_SECRET_SESSION": "s",
        "ZHIJIAN_BLOBS": "/real/blobs", "ZHIJIAN_PUBLIC_ORIGIN": "https://real.example",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    moved = training.move_in()
    (moved / places.PRACTICE).touch()
    assert moved == home / "training"
    assert places.secret("session") not in (secret, "s")
    practice = looked(dict(os.environ))
    assert (real[0], practice[0]) == ("False", "True")
    assert real[2] != practice[2], "both sites of one host keep their sessions apart"
    assert practice[4] == "练习-" + real[4], "numbers are marked"
    assert practice[5] != real[5] and "real" not in practice[5].split("@")[-1].replace(str(home), "")
    assert practice[3] == "Simulator"


def test_its_folder_marks_it_however_it_is_started(home):
    moved = training.move_in()
    (moved / places.PRACTICE).touch()
    env = {k: v for k, v in os.environ.items() if k not in ("ZHIJIAN_TRAINING", "ZHIJIAN_DEMO")}
    real_way_out = {"ZHIJIAN_SMS_GATEWAY": "zhijian.nowhere.Real"}
    told = looked(env | real_way_out)
    assert (told[0], told[3]) == ("True", "Simulator")


def test_reset_throws_away_the_practice_copy_only(home):
    places.secret("session")
    moved = training.move_in()
    (moved / "blobs").mkdir()
    training.throw_away(moved)
    assert (moved / "blobs").exists(), "what is not marked is left alone"
    (moved / places.PRACTICE).touch()
    training.throw_away(moved)
    assert not (moved / "blobs").exists()
    assert (home / "secrets/session").exists(), "the real one is as it was"


def test_reset_is_refused_while_it_runs(home, monkeypatch):
    moved = training.move_in()
    (moved / places.PRACTICE).touch()
    monkeypatch.setattr(training, "main_cluster", type("C", (), {"pid": lambda self: 7, "home": moved}))
    with pytest.raises(OpsError, match="running"):
        training.throw_away(moved)
