"""What a phone has to load before the first page: measured on the app as it was built."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

APP = Path(__file__).resolve().parents[3] / "web/field"


def test_the_script_before_the_first_page_stays_small() -> None:
    node = shutil.which("node")
    assert node, "node builds the field app, so it is there"
    told = subprocess.run([node, "dev/size.mjs"], cwd=APP, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "before the first page" in told.stdout
