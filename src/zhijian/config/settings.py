"""Settings: everything that differs between installations comes from the environment, see `zhijian settings`."""

from __future__ import annotations

import os
from pathlib import Path

from zhijian.config.places import (
    PRACTICE,
    data_home,
    database_urls,
    pack_name,
    pack_setting,
    parse_database_url,
    secret,
)

ROOT = Path(__file__).resolve().parents[3]
DATA_HOME = data_home()

DEBUG = os.environ.get("ZHIJIAN_DEBUG") == "1"
DEMO = os.environ.get("ZHIJIAN_DEMO", "0") == "1"  # demo accounts, a banner on every page; never for real work
# A practice copy is marked everywhere and sends nothing out. Its data folder says so itself, whoever starts it how.
TRAINING = os.environ.get("ZHIJIAN_TRAINING", "0") == "1" or (DATA_HOME / PRACTICE).exists()
PACK = pack_name()  # the topmost pack of the stack; it names the ones below
SECRET_KEY = secret("session")
ALLOWED_HOSTS = os.environ.get("ZHIJIAN_HOSTS", "*" if DEMO or DEBUG else "localhost,127.0.0.1").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("ZHIJIAN_ORIGINS", "").split(",") if o]
# Where phones send their photos: a process of its own, so that slow phones never hold up the desk (stack.md, HTTP).
UPLOAD_PORT = int(os.environ.get("ZHIJIAN_UPLOAD_PORT", "8002"))
UPLOAD_TLS_PORT = int(os.environ.get("ZHIJIAN_UPLOAD_TLS_PORT", "8444"))
# What people outside reach the site by, for links in messages; empty: as the request came in.
PUBLIC_ORIGIN = os.environ.get("ZHIJIAN_PUBLIC_ORIGIN", "")
# Ways to tell people (kernel/notices/channels); what is not set up is simulated in the demo, and missing elsewhere.
SMS_GATEWAY = os.environ.get("ZHIJIAN_SMS_GATEWAY", "")
SMS_URL = os.environ.get("ZHIJIAN_SMS_URL", "")
SMTP_HOST = os.environ.get("ZHIJIAN_SMTP_HOST", "")
SMTP_PORT = int(os.environ.get("ZHIJIAN_SMTP_PORT", "587"))
SMTP_SECURITY = os.environ.get("ZHIJIAN_SMTP_SECURITY", "starttls")  # starttls, tls, none
SMTP_USER = os.environ.get("ZHIJIAN_SMTP_USER", "")
MAIL_FROM = os.environ.get("ZHIJIAN_MAIL_FROM", "zhijian@localhost")
ROBOT_ORIGINS: dict[str, str] = {}  # where robots are in tests; the providers' own addresses otherwise
# kernel/papers/sealing/providers.py; empty: stamped by hand, in the demo the simulator
RECORDINGS_FOLDER = os.environ.get("ZHIJIAN_RECORDINGS", "")  # where the cameras' docking station copies to
SEAL_PROVIDER = os.environ.get("ZHIJIAN_SEAL_PROVIDER", "")
SEAL_URL = os.environ.get("ZHIJIAN_SEAL_URL", "")
ROADS_URL = os.environ.get("ZHIJIAN_ROADS_URL", "")
SEAL_KEY = os.environ.get("ZHIJIAN_SEAL_KEY", "")  # the service's public key, Ed25519 in hex
# Which hosts webhooks may go to (host or host:port; comma list), and the authority of a network that has its own.
WEBHOOK_HOSTS = [h for h in os.environ.get("ZHIJIAN_WEBHOOK_HOSTS", "").split(",") if h]
WEBHOOK_CA = os.environ.get("ZHIJIAN_WEBHOOK_CA", "")
UPLOAD_ORIGIN = os.environ.get("ZHIJIAN_UPLOAD_ORIGIN", "")  # behind a proxy: what phones reach it by, https://…

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "pgtrigger",
    "procrastinate.contrib.django",
    "zhijian.kernel.packs",
    "zhijian.kernel.accounts",
    "zhijian.kernel.registry",
    "zhijian.kernel.matters",
    "zhijian.kernel.clock",
    "zhijian.kernel.evidence",
    "zhijian.kernel.papers",
    "zhijian.kernel.notices",
    "zhijian.kernel.exchange",
    "zhijian.kernel.figures",
    "zhijian.kernel.party",
    "zhijian.kernel.people",
    "zhijian.kernel.ratings",
    "zhijian.kernel.appointments",
    "zhijian.kernel.recordings",
    "zhijian.kernel.routing",
    "zhijian.kernel.desk",
    *(f"zhijian.programmes.{one.parent.name}" for one in sorted((ROOT / "src/zhijian/programmes").glob("*/apps.py"))),
    "zhijian.gateways.field",
    "zhijian.gateways.open311",
    "zhijian.gateways.openrosa",
    "zhijian.gateways.uploads",
    "zhijian.gateways.web",
]

MIDDLEWARE = [
    "zhijian.kernel.accounts.middleware.client_address",
    "django.middleware.security.SecurityMiddleware",
    "zhijian.config.static.StaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "zhijian.kernel.accounts.middleware.security_headers",
    "django.middleware.common.CommonMiddleware",
    "zhijian.kernel.desk.back.only_sent",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhijian.kernel.accounts.middleware.ScopeMiddleware",
    "zhijian.gateways.web.resume.resumable",
]
ROOT_URLCONF = "zhijian.config.urls"
WSGI_APPLICATION = "zhijian.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhijian.kernel.desk.context.desk",
            ],
        },
    }
]

# Two roles from the first migration: the owner migrates, the application only works.
_urls = database_urls()
DATABASES = {
    "default": parse_database_url(_urls.application),
    "owner": parse_database_url(_urls.owner),
}
DATA_UPLOAD_MAX_NUMBER_FILES = 110  # Collect sends a form with up to 101 files at once
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Person"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TRAINING:  # cookies know no ports: a practice copy beside the real site must not sign anybody out of it
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "practice-session", "practice-csrf", "practice-lang"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Where every address is https (a proxy, or only the TLS listeners are open): cookies never travel in the clear.
HTTPS_ONLY = os.environ.get("ZHIJIAN_HTTPS_ONLY") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 30 * 86400 if HTTPS_ONLY else 0
BEHIND_PROXY = os.environ.get("ZHIJIAN_BEHIND_PROXY") == "1"  # only where the proxy sets these headers itself
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = pack_setting(PACK, "language").lower()  # for those who ask for neither
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "src/zhijian/locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = pack_setting(PACK, "zone")  # pages, papers, jobs and legal days show the place's time; storage is UTC

STATIC_URL = "/static/"
STATIC_ROOT = DATA_HOME / "static"
STATICFILES_DIRS = [p for p in [ROOT / "web/desk/dist"] if p.exists()]
FIELD_APP = ROOT / "web/field/dist"  # served whole at /field/, see config/static.py
WHITENOISE_INDEX_FILE = True
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": os.environ.get("ZHIJIAN_BLOBS", str(DATA_HOME / "blobs"))},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"level": "ERROR"}},  # a page that is not there is no news
    "root": {"handlers": ["console"], "level": os.environ.get("ZHIJIAN_LOG", "WARNING")},
}
