"""What notices say is known wherever they are read: each template is registered when the platform starts."""

from __future__ import annotations

import subprocess
import sys

BEFORE_AND_AFTER = """
import importlib, os, pkgutil
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
django.setup()
import zhijian
from zhijian.kernel.notices.wording import templates
known = set(templates())
for module in pkgutil.walk_packages(zhijian.__path__, "zhijian."):
    if ".migrations" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(len(known), *sorted(set(templates()) - known))
"""


def test_no_template_waits_for_the_job_that_tells_it() -> None:
    """A module that only a job imports would leave the pages with "…" in place of the words."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", BEFORE_AND_AFTER], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    known, *late = done.stdout.split()
    assert int(known) > 20, "the search finds what it is for"
    assert late == []
