"""An officer lets ODK Collect in on the desk; what Collect then sends of a visit stands on the desk like any other."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from tests.browser.conftest import Site
from tests.browser.looking import BOTH, PICTURES, look
from tests.browser.steps import drain, sign_in
from tests.gateways.openrosa.collect import fill, headers, made, multipart

from zhijian.gateways.openrosa import forms, survey
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter


def test_collect_is_let_in_and_a_visit_arrives(site: Site, desk: Page, settings: Any) -> None:
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/me/")
    look(desk, "account", widths=BOTH, axe=False)
    desk.get_by_role("link", name="ODK Collect").click()
    expect(desk.get_by_text("请用 https 打开本页")).to_be_visible()
    look(desk, "http", widths=BOTH, axe=False)

    settings.PUBLIC_ORIGIN = "https://zhijian.example.cn"
    desk.reload()
    desk.get_by_label("手机名称").fill("红米 12")
    desk.get_by_role("button", name="显示接入码").click()
    expect(desk.locator(".qr svg")).to_be_visible()
    password = desk.locator("#password").inner_text()
    look(desk, "code", widths=BOTH, axe=False)

    with scoped(SYSTEM):
        other = Person.objects.exclude(username="zhao").filter(certificate_no__gt="", home="370303009").first()
        assert other is not None
        form = forms.named("cn.food_service")
    assert form is not None and form.lists
    asked = survey.items_of(form.lists[0].content["sections"])
    mine = [(name, item) for name, item in asked if "restaurant" in (item.get("applies") or ["restaurant"])]
    general = next(name for name, item in mine if not item["key"] and item["answer"]["type"] == "yesno")
    answers = {name: "no" if name == general else "yes" for name, _item in mine}
    told = made(
        how="shop", shop=str(site.premises.uid), premises=str(site.premises.uid), name=site.premises.name,
        trade="restaurant", second=str(other.pk), **answers,
        **{f"{general}_note": "台账缺三天", f"{general}_p1": "1.jpg"},
    )  # fmt: skip
    told["here"] = f"{site.premises.lat} {site.premises.lon} 30.0 6.0"
    [parts] = fill(form, told).posts()
    body, kind = multipart(parts)
    answer = Client().post(
        "/openrosa/submission", body, content_type=kind, secure=True, headers=headers("zhao", password)
    )
    assert answer.status_code == 201, answer.content.decode()
    drain()

    with scoped(SYSTEM):
        visit = Matter.objects.get(kind="inspection", premises=site.premises)
    desk.goto(site.url + reverse("record", args=[visit.uid]))
    expect(desk.get_by_text("台账缺三天").first).to_be_visible()
    expect(desk.get_by_text("签名 王清")).to_be_visible()
    look(desk, "visit", widths=BOTH, axe=False)

    desk.goto(f"{site.url}/me/collect/")
    expect(desk.locator("#password")).to_have_count(0)
    desk.get_by_role("link", name="挂失").click()
    desk.get_by_role("button", name="挂失").click()
    again = Client().get("/openrosa/formList", secure=True, headers=headers("zhao", password))
    assert again.status_code == 403
    desk.goto(f"{site.url}/me/collect/")
    expect(desk.get_by_text("红米 12")).to_have_count(0)
    if PICTURES:
        desk.get_by_role("button", name="English").click()
        desk.goto(f"{site.url}/me/collect/")
        look(desk, "en", widths=BOTH, axe=False)
