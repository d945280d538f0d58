"""Who works with papers, by role, and the sentence for those who do not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.roles import ROLE_LABELS, Role

SERVERS = (Role.INSPECTOR, Role.CLERK, Role.HEAD, Role.CASE_OFFICER)


def only(roles: tuple[Role, ...]) -> str:
    """The sentence for those who may not."""
    return _("Only %(who)s can do this.") % {"who": _(" or ").join(str(ROLE_LABELS[role]) for role in roles)}
