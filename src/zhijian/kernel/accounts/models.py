"""People, the tree of jurisdictions, posts with dates, and enrolled devices."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.ids import uuid7

AREA = "C"  # areas compare by code point, so that a subtree is a range (stack.md, row-level security)


class Jurisdiction(models.Model):
    """A bureau or office. Its code begins with its parent's code: a subtree is a range of codes."""

    class Level(models.TextChoices):
        CITY = "city", _("City bureau")
        DISTRICT = "district", _("District bureau")
        OFFICE = "office", _("Local office")

    code = models.CharField(primary_key=True, max_length=16, db_collation=AREA)
    name = models.CharField(max_length=120)
    short = models.CharField(max_length=40)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    illustrative = models.BooleanField(default=False, help_text="its place on the map is made, not surveyed (示意)")
    phone = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.short or self.name


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, name: str, password: str | None = None, **extra: object) -> Person:
        """Make a person who can sign in."""
        person = self.model(username=self.model.normalize_username(username), name=name, **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """A member of staff. What he may do comes from his posts, never from a flag here."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=200, blank=True, db_index=True, help_text="pinyin, for sorting")
    certificate_no = models.CharField(max_length=40, blank=True)
    certificate_until = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")
    home = models.ForeignKey(Jurisdiction, models.PROTECT, null=True, related_name="staff")

    objects = PersonManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    def signs_on(self, day: dt.date) -> bool:
        """Whether his certificate lets him sign an enforcement paper on `day`."""
        return bool(self.certificate_no) and (self.certificate_until is None or day <= self.certificate_until)

    def only_helps(self, day: dt.date) -> bool:
        """Whether he is a helper on `day` and no inspector: he looks and photographs, whatever papers he holds."""
        roles = {post.role for post in self.posts.all() if post.holds_on(day)}
        return Role.HELPER in roles and Role.INSPECTOR not in roles

    def may_sign(self, day: dt.date) -> bool:
        """Whether he signs as an officer on `day`: a certificate in force, and more than a helper."""
        return self.signs_on(day) and not self.only_helps(day)


class Post(models.Model):
    """Somebody's role in a jurisdiction, from a day to a day. Two at once, or on loan, are two rows."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role])
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="posts")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    loan = models.BooleanField(default=False, help_text="lent by another office (借调); it always has an end")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "role", "jurisdiction", "since"], name="post_once"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="post_dates"
            ),
            models.CheckConstraint(condition=models.Q(loan=False) | ~models.Q(until=None), name="post_loan_ends"),
        ]

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in force on `day`."""
        return self.since <= day and (self.until is None or day <= self.until)


class LeaveRows(models.QuerySet["Leave"]):
    """Leaves, as questions."""

    def between(self, first: dt.date, last: dt.date | None = None) -> LeaveRows:
        """Those that touch the days from the first to the last (None: or come later); not those who are back."""
        rows = self.filter(until__gte=first, back_at=None)
        return rows if last is None else rows.filter(since__lte=last)


class Leave(models.Model):
    """Somebody is away from a day to a day, and who stands in for him (AB 角). It ends by itself.

    Who is back earlier is so from a moment on (`back_at`), and that day is the leave's last: what the stand-in did that
    morning was done during it.

    Outside row security, like posts: it is part of how an actor's scope and relations are found.
    """

    uid = models.UUIDField(unique=True, default=uuid7)
    person = models.ForeignKey(Person, models.PROTECT, related_name="leaves")
    stand_in = models.ForeignKey(Person, models.PROTECT, related_name="standing_in")
    since = models.DateField()
    until = models.DateField()
    back_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = LeaveRows.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="leave_dates"),
            models.CheckConstraint(condition=~models.Q(person=models.F("stand_in")), name="leave_another"),
        ]


class Handover(models.Model):
    """All that hangs on one person goes to another, in one act that both confirm.

    Outside row security, like posts: giver and successor may sit in different offices. `given` says how many of each
    kind went over.
    """

    uid = models.UUIDField(unique=True, default=uuid7)
    giver = models.ForeignKey(Person, models.PROTECT, related_name="handovers")
    successor = models.ForeignKey(Person, models.PROTECT, related_name="takeovers")
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    agreed_at = models.DateTimeField(null=True, help_text="when the giver confirmed; at once where he proposed it")
    alone = models.BooleanField(default=False, help_text="the giver could not confirm; his head did it for him")
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    given = models.JSONField(default=dict)
    single = models.JSONField(default=list, help_text="keys of the matters that were left with one officer")
    left = models.JSONField(default=dict, help_text="how many of each kind stayed with the giver")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["giver"],
                condition=models.Q(confirmed_at=None, withdrawn_at=None),
                name="handover_one_open",
            ),
            models.CheckConstraint(condition=~models.Q(giver=models.F("successor")), name="handover_another"),
        ]


class Device(models.Model):
    """A phone that was enrolled online, with password and second factor; it holds a key and a grant of 30 days."""

    uid = models.UUIDField(unique=True, default=uuid7)
    person = models.ForeignKey(Person, models.PROTECT, related_name="devices")
    name = models.CharField(max_length=80)
    public_key = models.JSONField(help_text="JWK, ECDSA P-256")
    enrolled_at = models.DateTimeField(auto_now_add=True)
    renewed_at = models.DateTimeField(null=True, help_text="when the same handset last got a new key and grant")
    grant_until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    app = models.CharField(max_length=20, blank=True)


class EnrolCode(models.Model):
    """The second factor of an enrolment: six digits, shown once on the person's own desk, good for ten minutes."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="enrol_codes")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)


class AccessLink(models.Model):
    """A link with a code that opens one matter for the enterprise concerned, without an account.

    Only a digest of the code is stored. Outside row security, since it is how the scope of the request is found.
    """

    digest = models.CharField(max_length=64, unique=True)
    entity = models.ForeignKey("registry.Entity", models.PROTECT, related_name="access_links")
    matter_uid = models.UUIDField(db_index=True)
    number = models.CharField(
        max_length=32, blank=True, db_default="", help_text="blind index of the number it went to"
    )
    sent_to = models.CharField(max_length=24, blank=True, db_default="", help_text="that number, masked")
    made_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="who handed it over; none: it was sent"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used = models.DateTimeField(null=True)

    @property
    def good(self) -> bool:
        """Whether it still opens its matter."""
        return self.revoked_at is None and self.expires > timezone.now()
