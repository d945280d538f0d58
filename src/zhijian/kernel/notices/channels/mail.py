"""E-mail by SMTP (Django's mail backend): plain text, with the same words as a small page beside it."""

from __future__ import annotations

import re
import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.html import escape, linebreaks

from zhijian.config.places import secret
from zhijian.kernel.notices.channels.protocol import Adapter, Letter, NoSuchAddress, Refused, TryLater, real

SECONDS = 20
_LINK = re.compile(r"https?://[^\s<，。；]+")


def as_page(text: str) -> str:
    """The text as HTML, its links to be followed."""
    return linebreaks(_LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(text)))


class Mail(Adapter):
    """The bureau's mail server (ZHIJIAN_SMTP_HOST). The message's id is made of the key: a second copy shows as one."""

    def send(self, letter: Letter) -> str:
        real()
        host = settings.MAIL_FROM.rpartition("@")[2].rstrip(">") or "zhijian"
        number = f"<{letter.key}@{host}>"
        mail = EmailMultiAlternatives(
            " ".join(letter.subject.split()), letter.text, settings.MAIL_FROM, [letter.to],
            connection=_connection(), headers={"Message-ID": number},
        )  # fmt: skip
        mail.attach_alternative(as_page(letter.text), "text/html")
        try:
            mail.connection.open()
        except (OSError, smtplib.SMTPException) as error:  # nothing was said yet
            raise TryLater(f"{type(error).__name__}: {error}"[:200]) from error
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _answer(code, said) from error
        except smtplib.SMTPResponseException as error:
            raise _answer(error.smtp_code, error.smtp_error) from error
        finally:
            mail.connection.close()
        return number


def _connection() -> smtplib.SMTP:
    tls = settings.SMTP_SECURITY
    return get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host=settings.SMTP_HOST, port=settings.SMTP_PORT,
        username=settings.SMTP_USER or None, password=secret("smtp") if settings.SMTP_USER else None,
        use_tls=tls == "starttls", use_ssl=tls == "tls", timeout=SECONDS,
    )  # fmt: skip


def _answer(code: int, said: bytes | str) -> TryLater | Refused:
    """What an answer of the server means: 4xx is for now, 5xx for good."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    if 400 <= code < 500:
        return TryLater(f"{code} {text}"[:200])
    if code in (550, 551, 553):
        return NoSuchAddress()
    return Refused(f"{code} {text}"[:200])
