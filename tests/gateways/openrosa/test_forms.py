"""What a phone is offered: checklists as forms that ODK Validate passes, and lists of the officer's own area only."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

from tests import world
from tests.gateways.openrosa.conftest import Collect
from tests.kernel.matters.test_scope import plan

from zhijian.gateways.openrosa import forms, survey
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.kernel.packs.loader import SHIPPED
from zhijian.programmes.inspection import flow
from zhijian.programmes.inspection.checklists import load, read_checklist
from zhijian.programmes.inspection.joining import join
from zhijian.programmes.inspection.models import Inspection, ListRule

QUICK = ("-Djava.awt.headless=true", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


def told(data: dict[str, Any] | None) -> dict[str, Any]:
    """A workbook's list, as lists are joined."""
    assert data is not None
    return {**data, "id": data["code"]}


def shipped() -> Iterator[tuple[str, survey.Sheet]]:
    """Every checklist of every pack as a form, and the re-check, strict and lenient."""
    strict = survey.Terms(longest=30, trades=(("restaurant", "餐馆"),))
    lenient = survey.Terms(officers=1, photo_for_failed=False)
    for path in sorted(SHIPPED.glob("*/checklists/*.xlsx")):
        data = read_checklist(path).data
        assert data is not None
        terms = lenient if "us_chicago" in path.parts else strict
        yield path.stem, survey.of_sheet(join([told(data)]), terms)
    for n, codes in enumerate((("drug_retail", "food_retail", "medical_device_seller"), ("farm_market", "metrology"))):
        several = [told(read_checklist(stack().file(f"checklists/{code}.xlsx")).data) for code in codes]
        yield f"joined_{n}", survey.of_sheet(join(several), strict)
    yield "recheck", survey.of_recheck(strict)
    yield "recheck_lenient", survey.of_recheck(lenient)


def test_odk_validate_passes_on_every_checklist_of_every_pack(tmp_path: Path) -> None:
    """The jar comes with pyxform, Java with `make install`; both are needed."""
    java = shutil.which("java")
    assert java, "No Java on this machine: `apt-get install default-jre-headless`."
    paths = []
    for name, sheet in shipped():
        path = tmp_path / f"{name}.xml"
        path.write_bytes(forms.xform(json.dumps(sheet.as_workbook(), ensure_ascii=False)))
        paths.append(str(path))
    assert len(paths) > 20
    jar = str(resources("pyxform") / "validators/odk_validate/bin/ODK_Validate.jar")
    broken = tmp_path / "broken.xml"
    broken.write_text(Path(paths[0]).read_text().replace("${", "").replace("= 'made'", "= made("), encoding="utf-8")
    line = [java, *QUICK, "-jar", jar]
    assert subprocess.run([*line, str(broken)], capture_output=True).returncode != 0, "it does refuse a wrong form"
    done = subprocess.run([*line, *paths], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("Xform is valid!") == len(paths)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def texts(element: Tree.Element) -> dict[str, str]:
    return {child.tag.rpartition("}")[2]: child.text or "" for child in element}


def listed(collect: Collect) -> dict[str, dict[str, str]]:
    answer = collect.get("formList")
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, "text/xml")
    assert answer["X-OpenRosa-Version"] == "1.0"
    return {row["formID"]: row for row in map(texts, Tree.fromstring(answer.content).iter(f"{LIST}xform"))}


def offered(collect: Collect, code: str) -> dict[str, tuple[str, list[dict[str, str]]]]:
    """Each file of a form: its hash as the manifest tells it, its rows as they are downloaded."""
    answer = collect.get(f"forms/{code}/manifest")
    assert answer.status_code == 200
    found = {}
    for row in map(texts, Tree.fromstring(answer.content).iter(f"{MANIFEST}mediaFile")):
        body = collect.get(row["downloadUrl"].split("/openrosa/")[1]).content
        assert row["hash"] == f"md5:{forms.md5(body)}"
        found[row["filename"]] = (row["hash"], rows(body))
    return found


def test_the_list_of_forms_and_each_form(collect: Collect) -> None:
    told = listed(collect)
    assert set(told) == {"recheck", "cn.food_service", "test.food"}
    mine = told["cn.food_service"]
    assert mine["version"] == f"3.{survey.SHAPE}" and mine["downloadUrl"].startswith("https://")
    form = collect.get(mine["downloadUrl"].split("/openrosa/")[1])
    assert f"md5:{forms.md5(form.content)}" == mine["hash"]
    assert b'id="cn.food_service"' in form.content and "待核实".encode() in form.content
    assert collect.get("forms/nothing/form.xml").status_code == 404
    assert collect.get("forms/cn.food_service/other.csv").status_code == 404
    only = collect.get("formList?formID=recheck").content
    assert only.count(b"<xform>") == 1


def test_tasks_and_shops_are_the_officers_own(collect: Collect) -> None:
    w = collect.w
    with scoped(SYSTEM):
        task = plan(w)
        Inspection.objects.filter(pk=task.pk).update(checklist=None)
        far = world.Entity.objects.create(name="外区饭店", area=world.NEIGHBOUR_OFFICE)
        world.Premises.objects.create(entity=far, name="外区饭店", area=world.NEIGHBOUR_OFFICE, trade="restaurant")
        world.Premises.objects.create(entity=w.entity, name="清风药店", area=world.OFFICE, trade="drug_retail")
        w.stranger
    found = offered(collect, "cn.food_service")
    assert set(found) == {"tasks.csv", "premises.csv", "officers.csv"}
    [row] = found["tasks.csv"][1]
    assert (row["name"], row["premises"], row["trade"]) == (str(task.uid), str(w.premises.uid), "restaurant")
    assert [one["shop"] for one in found["premises.csv"][1]] == [w.premises.name], "of his area, of the list's trades"
    assert [one["name"] for one in found["officers.csv"][1]] == [str(w.second.pk)], "who may sign beside him"
    with scoped(w.actor("所长")) as head:
        perform(task, "cancel", head, reason="改期了")
    after = offered(collect, "cn.food_service")
    assert after["tasks.csv"][1] == [] and after["tasks.csv"][0] != found["tasks.csv"][0], "a phone sees the change"
    assert after["premises.csv"][0] == found["premises.csv"][0]


def test_a_new_version_of_a_list_is_another_form(collect: Collect) -> None:
    before = listed(collect)["test.food"]
    with scoped(SYSTEM):
        collect.w.checklist.until = world.in_days(-1)
        collect.w.checklist.save()
        world.make_checklist(2)
    after = listed(collect)["test.food"]
    assert (before["version"], after["version"]) == (f"1.{survey.SHAPE}", f"2.{survey.SHAPE}")
    assert before["hash"] != after["hash"]


def test_who_is_not_an_officer_here_is_offered_nobody(collect: Collect) -> None:
    with scoped(SYSTEM):
        plan(collect.w)
        collect.w.inspector.posts.update(until=world.in_days(-1))
    found = offered(collect, "cn.food_service")
    assert all(rows == [] for _hash, rows in found.values())


JOINED = "cn.drug_retail--cn.food_retail--cn.medical_device_seller"


def pharmacy(w: world.World) -> world.Premises:
    """A shop of three licences, and the lists that are for it."""
    for code in ("drug_retail", "food_retail", "medical_device_seller"):
        data = read_checklist(stack().file(f"checklists/{code}.xlsx")).data
        assert data is not None
        load({**data, "since": "2022-03-15"}, SYSTEM)
    entity = world.Entity.objects.create(name="惠民大药房", area=world.OFFICE)
    shop = world.Premises.objects.create(entity=entity, name="惠民大药房", area=world.OFFICE, trade="drug_retail")
    for kind, number in (("drug", "鲁DA1"), ("food_business", "JY13703030000021"), ("device", "鲁械1")):
        world.Licence.objects.create(entity=entity, premises=shop, kind=kind, number=number)
    return shop


def test_a_shop_of_three_licences_has_one_form_and_stands_on_no_other(collect: Collect) -> None:
    w = collect.w
    assert JOINED not in listed(collect)
    with scoped(SYSTEM):
        shop = pharmacy(w)
    with scoped(w.actor("所长")) as head:
        about = About(shop.name, world.OFFICE, shop.entity, shop)
        pair = {"assignee": w.inspector.pk, "second": w.second.pk}
        perform(flow.INSPECTION, "plan", head, about=about, planned_for=world.in_days(1), **pair)
    told = listed(collect)
    assert told[JOINED]["version"] == f"1-1-1.{survey.SHAPE}"
    form = forms.named(JOINED)
    assert form is not None
    names = [item["no"] for _name, item in survey.items_of(forms.joined(form.lists).sections)]
    assert len(names) == len(set(names)) > 100
    on = {code: offered(collect, code) for code in told if code != "recheck"}
    shops = {code: [row["shop"] for row in files["premises.csv"][1]] for code, files in on.items()}
    assert [code for code, there in shops.items() if shop.name in there] == [JOINED]
    assert [code for code, files in on.items() if files["tasks.csv"][1]] == [JOINED]
    assert forms.named("cn.food_retail--cn.drug_retail") is None, "each combination has one name"
    assert forms.named("cn.drug_retail--nothing") is None


def test_what_two_lists_ask_alike_stands_once_on_the_form(collect: Collect) -> None:
    with scoped(SYSTEM):
        for code in ("farm_market", "metrology"):
            data = read_checklist(stack().file(f"checklists/{code}.xlsx")).data
            assert data is not None
            load(data, SYSTEM)
        world.Premises.objects.create(
            entity=collect.w.entity, name="水晶街农贸市场", area=world.OFFICE, trade="market"
        )  # fmt: skip
    assert "cn.farm_market--cn.metrology" in listed(collect)
    xml = collect.get("forms/cn.farm_market--cn.metrology/form.xml").content.decode()
    assert xml.count("公平秤设在显著处") == 1
    form = forms.named("cn.farm_market--cn.metrology")
    assert form is not None
    asked = survey.items_of(forms.joined(form.lists).sections)
    assert len(asked) == sum(len(one.items) for one in form.lists) - 1, "the common scale of the market"


def test_the_forms_follow_the_rule_that_the_bureau_set(collect: Collect) -> None:
    with scoped(SYSTEM):
        shop = pharmacy(collect.w)
        ListRule.objects.create(
            code="cn.medical_device_seller", since=world.in_days(-1), applies=["device_seller"], reason="本局决定",
            by_name="",
        )  # fmt: skip
    assert JOINED not in listed(collect)
    found = offered(collect, "cn.drug_retail--cn.food_retail")
    assert [row["shop"] for row in found["premises.csv"][1]] == [shop.name]
