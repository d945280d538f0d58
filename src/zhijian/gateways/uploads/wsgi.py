"""The upload process's entry: `granian --interface wsgi zhijian.gateways.uploads.wsgi:application`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
django.setup()

from zhijian.gateways.uploads.handling import application  # noqa: E402

__all__ = ["application"]
