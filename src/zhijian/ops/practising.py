"""The bureau's own register in the practice copy: read from the real database, written by a process of the copy.

Run as `python -m zhijian.ops.practising` by `zhijian training --own-registry`; the source stands in ZHIJIAN_COPY_FROM.
"""

from __future__ import annotations

import os
import subprocess
import sys

from zhijian.ops.console import OpsError, say, step

FROM = "ZHIJIAN_COPY_FROM"


def take(source: str) -> None:
    """Copy the register at the address `source` into the practice copy that this process has moved into."""
    with step("The bureau's own register"):
        done = subprocess.run([sys.executable, "-m", "zhijian.ops.practising"], env=os.environ | {FROM: source})
    if done.returncode:
        raise OpsError("The register could not be copied; see above. The practice copy itself is as it was.")


def main() -> int:
    """Copy, in the practice copy's own process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
    source = os.environ.pop(FROM)
    import django

    from zhijian.ops import database
    from zhijian.ops.embedded import database_running

    with database_running():
        django.setup()
        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.scope import scoped
        from zhijian.kernel.registry.copying import copy_from

        with database.connect(source) as connection, scoped(SYSTEM):
            done = copy_from(connection)
        say(
            f"  {len(done.entities):,} enterprises, {len(done.premises):,} premises, {done.licences:,} licences; "
            "names and numbers of people are made up"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
