"""The upload process's entry: `granian --interface asgi zhijian.gateways.uploads.asgi:application`.

ASGI, since phones' lines fall silent in mid-sentence: a coroutine can wait for them with a limit and costs nothing, a
thread that reads can't be woken. It is no Django handler, only this process's own small one with Django's models.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
django.setup()

from zhijian.gateways.uploads.door import application  # noqa: E402

__all__ = ["application"]
