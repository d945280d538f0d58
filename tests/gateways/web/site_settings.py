"""The site's settings, with the addresses of the tests besides."""

from zhijian.config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.gateways.web.addresses"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 2**20
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
