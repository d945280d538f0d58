"""The web server's entry: `granian --interface wsgi zhijian.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
application = get_wsgi_application()
