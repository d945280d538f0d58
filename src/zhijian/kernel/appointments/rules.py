"""The rules of appointments, by name and meaning."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import rule

AHEAD = rule("appointments.ahead", _("How far ahead a time can be booked"))
NOTICE = rule("appointments.notice", _("How long before it begins a time can still be booked, moved or cancelled"))
