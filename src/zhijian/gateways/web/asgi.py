"""The desk's entry: `granian --interface asgi zhijian.gateways.web.asgi:application`.

ASGI for what travels (see `door.py`), Django's WSGI handler for what is thought: pages stay ordinary, synchronous code.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
django.setup()
# A page waits for its turn beside a file that is being made; at Python's usual 5 ms each of its queries would wait so long.
sys.setswitchinterval(0.0005)

from zhijian.gateways.web.door import application  # noqa: E402

__all__ = ["application"]
