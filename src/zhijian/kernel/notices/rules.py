"""The rules that telling needs: what a text message costs, when its cost is warned of, how long a receipt may take."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from zhijian.kernel.clock import rule

SMS_PRICE = rule("notices.sms_price", gettext_noop("What one text message costs, by the messages it is billed as"))
SMS_CAP = rule("notices.sms_cap", gettext_noop("Of which monthly cost of text messages the administrator is warned"))
RECEIPT_WITHIN = rule("notices.receipt_within", gettext_noop("How long the receipt of a text message is waited for"))
