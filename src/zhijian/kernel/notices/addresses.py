"""What people outside reach the site by."""

from __future__ import annotations

from django.conf import settings


def public_origin() -> str:
    """What people outside reach the site by: settings.PUBLIC_ORIGIN, else the first trusted origin, else empty."""
    origins = [settings.PUBLIC_ORIGIN, *settings.CSRF_TRUSTED_ORIGINS]
    return next((origin.rstrip("/") for origin in origins if origin), "")


def public_url(path: str) -> str:
    """An address that works outside; the path alone where nobody said how the site is reached."""
    return public_origin() + path
