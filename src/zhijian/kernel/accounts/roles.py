"""Roles come by post, with dates; relations come from the matter itself (architecture, Conventions)."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What a post entitles to, inside its jurisdiction."""

    INSPECTOR = "inspector"  # 执法人员: signs, with a certificate
    HELPER = "helper"  # 协管员: looks, photographs, visits; never one of the two officers
    CLERK = "clerk"  # 内勤
    HEAD = "head"  # 所长、局负责人
    DISPATCHER = "dispatcher"
    MEDIATOR = "mediator"
    CASE_OFFICER = "case_officer"
    LEGAL_REVIEWER = "legal_reviewer"
    SECTION = "section"  # 科室
    LEADER = "leader"
    AUDITOR = "auditor"  # 纪检、督察: reads what is needed, changes nothing, is in the ledger
    PARTNER = "partner"  # other departments, their own step only
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return ROLE_LABELS[self]


class Relation(StrEnum):
    """What somebody is to one matter."""

    ASSIGNEE = "assignee"
    SECOND = "second"
    PARTY = "party"
    OPERATOR = "operator"
    COMPLAINANT = "complainant"


ROLE_LABELS = {
    Role.INSPECTOR: _("Inspector"),
    Role.HELPER: _("Helper"),
    Role.CLERK: _("Clerk"),
    Role.HEAD: _("Head of office"),
    Role.DISPATCHER: _("Dispatcher"),
    Role.MEDIATOR: _("Mediator"),
    Role.CASE_OFFICER: _("Case officer"),
    Role.LEGAL_REVIEWER: _("Legal reviewer"),
    Role.SECTION: _("Section"),
    Role.LEADER: _("Leader"),
    Role.AUDITOR: _("Auditor"),
    Role.PARTNER: _("Partner department"),
    Role.ADMIN: _("Administrator"),
}
RELATION_LABELS = {
    Relation.ASSIGNEE: _("the person in charge of it"),
    Relation.SECOND: _("the second officer"),
    Relation.PARTY: _("the enterprise concerned"),
    Relation.OPERATOR: _("the operator"),
    Relation.COMPLAINANT: _("the complainant"),
}

INSPECTOR, HELPER, CLERK, HEAD = Role.INSPECTOR, Role.HELPER, Role.CLERK, Role.HEAD
DISPATCHER, MEDIATOR, CASE_OFFICER = Role.DISPATCHER, Role.MEDIATOR, Role.CASE_OFFICER
LEGAL_REVIEWER, SECTION, LEADER = Role.LEGAL_REVIEWER, Role.SECTION, Role.LEADER
AUDITOR, PARTNER, ADMIN = Role.AUDITOR, Role.PARTNER, Role.ADMIN
ASSIGNEE, SECOND, PARTY = Relation.ASSIGNEE, Relation.SECOND, Relation.PARTY
OPERATOR, COMPLAINANT = Relation.OPERATOR, Relation.COMPLAINANT

# Who may look at the rows of the jurisdiction at all. A partner sees only what its own step shows it.
READING_ROLES = frozenset(Role) - {Role.PARTNER}
