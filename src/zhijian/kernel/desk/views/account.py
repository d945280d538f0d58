"""Signing in and out, the own account, its password and its phones."""

from __future__ import annotations

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts import demo
from zhijian.kernel.accounts.devices import CODE_MINUTES, issue_code, rename, revoke
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.desk import phones, said, signing_in
from zhijian.kernel.desk.gate import actor_in, staff

NAME = 60  # characters of a phone's name
YEAR = 365 * 24 * 3600  # seconds


class SignIn(forms.Form):
    """Name and password; what is wrong with them is never told apart."""

    username = forms.CharField(label=gettext_lazy("User name"), max_length=60)
    password = forms.CharField(label=gettext_lazy("Password"), max_length=200, widget=forms.PasswordInput)


def _next(request: HttpRequest) -> str:
    """Where to go after signing in: only ever an address of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"


def _page(request: HttpRequest, form: SignIn, status: int = 200, problem: str = "") -> HttpResponse:
    known = demo.accounts() if settings.DEMO else []
    accounts = [(one.username, one.name, said.area_name(one.area), one.role.label) for one in known]
    context = {"form": form, "next": _next(request), "accounts": accounts, "problem": problem}
    return render(request, "registration/login.html", context, status=status)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The login page."""
    form = SignIn(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, 200 if request.method != "POST" else 422)
    try:
        person = signing_in.try_password(request, form.cleaned_data["username"], form.cleaned_data["password"])
    except signing_in.TooMany as error:
        problem = _("Too many wrong passwords. Try again in %(n)s minutes, or ask your administrator.")
        answer = _page(request, form, 429, problem % {"n": error.minutes})
        answer["Retry-After"] = str(error.minutes * 60)
        return answer
    if person is None:
        return _page(request, form, 422, _("User name or password is wrong."))
    login(request, person)
    return redirect(_next(request))


@require_POST
def set_type(request: HttpRequest) -> HttpResponse:
    """Large type on pages of the public, of enterprises and for signing in: kept by the browser, without an account.

    The pages' script does the same in place; this is for browsers where it does not run.
    """
    answer = redirect(_next(request))
    large = "1" if request.POST.get("large") else ""
    answer.set_cookie("large", large, max_age=YEAR, secure=request.is_secure(), samesite="Lax")
    return answer


@require_POST
def sign_in_demo(request: HttpRequest) -> HttpResponse:
    """One tap on a demo account; only where the whole installation is a demo."""
    known = {account.username for account in demo.accounts()} if settings.DEMO else set()
    username = request.POST.get("username", "")
    if username not in known:
        raise Http404
    person = get_object_or_404(Person, username=username, is_active=True)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    signing_in.note("account.login", person, signing_in.actor_of(person), demo=True)
    return redirect(_next(request))


@require_POST
@staff
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    signing_in.note("account.logout", request.user, actor_in(request))  # type: ignore[arg-type]
    logout(request)
    return redirect("login")


def _field_app(request: HttpRequest) -> str:
    return request.build_absolute_uri("/field/")


def _account(request: HttpRequest, code: str = "") -> HttpResponse:
    person: Person = request.user  # type: ignore[assignment]
    address = _field_app(request)
    # The picture is an SVG element of the page itself: no inline style, so it passes the content policy.
    picture = segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True, dark="#1b2430")
    context = {
        "person": person,
        "posts": person.posts.select_related("jurisdiction"),
        "devices": person.devices.order_by(F("revoked_at").desc(nulls_first=True), "-id"),
        "code": code,
        "minutes": CODE_MINUTES,
        "address": address,
        "qr": mark_safe(picture),
        "apps": phones.offered(actor_in(request)),
    }
    return render(request, "desk/account.html", context)


@never_cache
@require_safe
@staff
def account(request: HttpRequest) -> HttpResponse:
    """The own account: posts, phones."""
    return _account(request)


@never_cache
@require_POST
@staff
def enrol(request: HttpRequest) -> HttpResponse:
    """Shows a new one-time code with the field app's address. The code is in this answer only."""
    return _account(request, issue_code(request.user))  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def device_revoke(request: HttpRequest, uid: str) -> HttpResponse:
    """Report one of the own phones lost: asked once more with what it means, then it is revoked."""
    device = get_object_or_404(Device, uid=uid, person=request.user, revoked_at=None)
    if request.method != "POST":
        return render(request, "desk/lost.html", {"device": device, "others": _others(device)})
    revoke(device, actor_in(request))
    messages.success(
        request, _("The phone “%(name)s” is revoked. What it recorded is still accepted.") % {"name": device.name}
    )
    return redirect("account")


def _others(device: Device) -> int:
    """How many phones he has left without this one."""
    return Device.objects.filter(person=device.person_id, revoked_at=None).exclude(pk=device.pk).count()


@require_POST
@staff
def device_rename(request: HttpRequest, uid: str) -> HttpResponse:
    """Give one of the own phones another name."""
    device = get_object_or_404(Device.objects.select_related("person"), uid=uid, person=request.user, revoked_at=None)
    name = request.POST.get("name", "").strip()
    if not 0 < len(name) <= NAME:
        messages.error(request, _("A name has 1 to %(n)s characters.") % {"n": NAME})
        return redirect("account")
    rename(device, name, actor_in(request))
    messages.success(request, _("The phone is called “%(name)s” now.") % {"name": device.name})
    return redirect("account")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; other sessions end."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        signing_in.note("account.password", form.user, actor_in(request))
        messages.success(request, _("The password is changed."))
        return redirect(reverse("account"))
    return render(request, "desk/password.html", {"form": form}, status=422 if form.errors else 200)
