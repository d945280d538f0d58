"""What `zhijian pack check` looks at for complaints: categories that nobody compared with the platforms' own lists."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from zhijian.kernel.packs import PackError
from zhijian.kernel.packs.check import Finding

from .understanding import catalogue


def pack_findings() -> Iterator[Finding]:
    """Faults of the table of categories, and rows whose names were not seen on a platform."""
    where = f"{catalogue.TABLE}.toml"
    try:
        rows = catalogue.current().rows.values()
    except PackError as error:
        yield Finding("error", where, str(error))
        return
    for row in rows:
        if row.verified != "V":
            yield Finding(
                "unverified", f"{where} {row.of}.{row.code}", _("name of a category: {name}").format(name=row.label)
            )
