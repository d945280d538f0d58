"""Every environment variable that Zhijian reads: its default, what it means. `zhijian settings` prints this table."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """One variable; a secret one is never printed with its value."""

    name: str
    default: str
    meaning: str
    group: str
    secret: bool = False


RUN, STORE, WEB, TESTS = "Running", "Database and files", "Web", "Tests"

VARIABLES = [
    Variable(
        "HOST",
        "0.0.0.0 in a demo",
        "Address to listen on; without a demo 127.0.0.1, until 0.0.0.0 lets others in.",
        RUN,
    ),
    Variable("PORT", "8000", "Port of the desk. HTTPS is at PORT+443, uploads at PORT+2 and PORT+444.", RUN),
    Variable(
        "PACK", "cn_zibo", "The topmost pack (place); each has a database of its own on the embedded server.", RUN
    ),
    Variable(
        "SCALE", "of the demo", "Size of the demo city made when the database is empty; 1 is the whole city.", RUN
    ),
    Variable("ZHIJIAN_DEMO", "1 by `make run`, else 0", "1: demo city, demo accounts, a banner on every page.", RUN),
    Variable(
        "ZHIJIAN_TRAINING", "0; 1 by `zhijian training`", "1: a practice copy, marked on every page and paper.", RUN
    ),
    Variable("ZHIJIAN_WORKERS", "number of cores", "Processes that serve the desk.", RUN),
    Variable("ZHIJIAN_LOG", "WARNING", "Least level of messages in the logs (DEBUG, INFO, WARNING, ERROR).", RUN),
    Variable("ZHIJIAN_DEBUG", "0", "1: Django's debug pages. Never where others can reach it.", RUN),
    Variable("ZHIJIAN_HOME", "see below", "Folder of everything that outlives a run.", STORE),
    Variable("XDG_DATA_HOME", "~/.local/share", "Parent of the data folder of an ordinary user.", STORE),
    Variable(
        "DATABASE_URL", "the embedded server", "postgresql://user:password@host:port/name, 15 or newer.", STORE, True
    ),
    Variable(
        "DATABASE_APP_URL", "derived", "Address of the application's role, where you made it yourself.", STORE, True
    ),
    Variable("ZHIJIAN_CONN_MAX_AGE", "60", "Seconds that an idle database connection is kept.", STORE),
    Variable("ZHIJIAN_UPLOADS", "uploads in the data folder", "Folder of uploads that are not finished yet.", STORE),
    Variable("ZHIJIAN_FONTS", "", "Folder with the bureau's own fonts for papers (仿宋, 小标宋).", STORE),
    Variable(
        "ZHIJIAN_PASSWORD", "asked for", "The new password of `zhijian user add` and `user password`.", STORE, True
    ),
    Variable("ZHIJIAN_BLOBS", "blobs in the data folder", "Folder of the stored files.", STORE),
    Variable(
        "ZHIJIAN_SECRET_<NAME>",
        "a file in the data folder",
        "A secret given from outside, e.g. ZHIJIAN_SECRET_SESSION.",
        STORE,
        True,
    ),
    Variable("ZHIJIAN_HOSTS", "localhost,127.0.0.1", "Host names that are answered (comma list; all in a demo).", WEB),
    Variable("ZHIJIAN_ORIGINS", "", "Further origins whose forms are trusted, https://… (comma list).", WEB),
    Variable("ZHIJIAN_HTTPS_ONLY", "0", "1: cookies by https only, http is redirected, HSTS.", WEB),
    Variable("ZHIJIAN_BEHIND_PROXY", "0", "1: a proxy in front sets X-Forwarded-Proto and -For.", WEB),
    Variable(
        "ZHIJIAN_PUBLIC_ORIGIN", "", "What people outside reach the site by, https://…; for links in messages.", WEB
    ),
    Variable("ZHIJIAN_SMS_URL", "", "Address of the interface to the SMS provider; its token is the secret SMS.", WEB),
    Variable("ZHIJIAN_SMS_GATEWAY", "", "A class of your own that sends text messages (module.Class).", WEB),
    Variable("ZHIJIAN_SMTP_HOST", "", "Mail server; none: no e-mail.", WEB),
    Variable("ZHIJIAN_SMTP_PORT", "587", "Its port.", WEB),
    Variable("ZHIJIAN_SMTP_SECURITY", "starttls", "starttls, tls, or none.", WEB),
    Variable("ZHIJIAN_SMTP_USER", "", "Account at the mail server; its password is the secret SMTP.", WEB),
    Variable("ZHIJIAN_MAIL_FROM", "zhijian@localhost", "Sender of e-mail.", WEB),
    Variable(
        "ZHIJIAN_SEAL_PROVIDER",
        "",
        "Class that seals papers (…sealing.providers.HttpSeal); none: stamped by hand.",
        WEB,
    ),
    Variable("ZHIJIAN_SEAL_URL", "", "Address of the e-seal service; its token is the secret SEAL.", WEB),
    Variable("ZHIJIAN_SEAL_KEY", "", "Public key of the e-seal service (Ed25519, hex).", WEB),
    Variable("ZHIJIAN_RECORDINGS", "", "Folder to which the body cameras' docking station copies its films.", WEB),
    Variable(
        "ZHIJIAN_ROADS_URL", "", "Address of a road service with OSRM's table interface; none: straight lines.", WEB
    ),
    Variable("ZHIJIAN_WEBHOOK_HOSTS", "", "Hosts that webhooks may go to, host or host:port (comma list).", WEB),
    Variable("ZHIJIAN_WEBHOOK_CA", "", "File of the authority of a network that has its own, for webhooks.", WEB),
    Variable("ZHIJIAN_UPLOAD_PORT", "8002", "Port of the upload process; `make run` sets it.", WEB),
    Variable("ZHIJIAN_UPLOAD_TLS_PORT", "8444", "The same by https; `make run` sets it.", WEB),
    Variable("ZHIJIAN_UPLOAD_ORIGIN", "", "Behind a proxy: what phones reach the upload process by, https://…", WEB),
    Variable("ZHIJIAN_LONG", "0", "1: tests marked slow run their long form (`make test-long`).", TESTS),
    Variable(
        "ZHIJIAN_TEST_DB", "zj_test", "Name of the test database; lets several people test on one machine.", TESTS
    ),
]


def table(markdown: bool = False) -> str:
    """The variables as text for a terminal, with the values set now, or as a table for the operator's page."""
    lines: list[str] = []
    for group in dict.fromkeys(variable.group for variable in VARIABLES):
        chosen = [variable for variable in VARIABLES if variable.group == group]
        if markdown:
            lines += [f"### {group}", "", "| variable | default | meaning |", "|---|---|---|"]
            lines += [f"| `{v.name}` | {v.default or '(none)'} | {v.meaning} |" for v in chosen] + [""]
            continue
        lines += ["", group]
        for v in chosen:
            now = os.environ.get(v.name)
            state = f"default: {v.default or '(none)'}" if now is None else f"set: {'(hidden)' if v.secret else now}"
            lines += [f"  {v.name:<25} {v.meaning}", f"  {'':<25} {state}"]
    return "\n".join(lines).strip("\n")
