"""Static files: WhiteNoise, and the field app whole below /field/, so that its service worker has its own scope."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware

FIELD_PREFIX = "field/"
# Files whose names carry a digest of their content never change; everything else of the app must be asked for anew.
_HASHED = re.compile(r"^/field/assets/.+[-.][0-9A-Za-z_-]{8,}\.\w+$")


class StaticMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise that also serves the built field app, where there is one."""

    def __init__(self, get_response: Any, **kwargs: Any) -> None:
        super().__init__(get_response, **kwargs)
        self.add_headers_function = cache_headers
        if settings.FIELD_APP.is_dir():
            self.add_files(str(settings.FIELD_APP), prefix=FIELD_PREFIX)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Whether the address may be cached for ever."""
        return bool(_HASHED.match(url)) or super().immutable_file_test(path, url)


def cache_headers(headers: Any, path: str, url: str) -> None:
    """The app's entry points are asked for anew each time: an old service worker must not live on."""
    if url.startswith("/" + FIELD_PREFIX) and not _HASHED.match(url):
        headers["Cache-Control"] = "no-cache"
