"""What the stand-in server tells the phone: two hundred made-up shops, a short checklist, the pack's own forms."""

from __future__ import annotations

import hashlib
import io
import tomllib
from pathlib import Path
from typing import Any

from PIL import Image

PACK = Path(__file__).resolve().parents[3] / "src/zhijian/packs/cn"
SHOP = "0192f0aa-0000-7000-8000-{:012d}"


def check_char(body: str) -> str:
    alphabet, total, factor = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 0, 2
    for char in reversed(body):
        addend = factor * alphabet.index(char)
        total += addend // 32 + addend % 32
        factor = 3 - factor
    return alphabet[-total % 32]


def door(n: int) -> str:
    body = f"{n:09d}"
    return body + check_char(body)


def item(no: str, text: str, key: bool = False, **more: Any) -> dict[str, Any]:
    answer = more.pop("answer", {"type": "yesno"})
    base = {
        "no": no,
        "key": key,
        "text": text,
        "basis": "食品安全法第33条",
        "answer": answer,
        "photo": key,
        "may_na": True,
    }
    return {**base, "fix": "立即整改,保留记录", "verified": True, **more}


SECTIONS = [
    (
        "1",
        "一、许可及信息公示",
        [
            item("1.1", "食品经营许可证有效,地址与实体店一致", True),
            item("1.2", "醒目处公示许可证"),
            item("1.3", "公示上次监督检查结果记录表"),
            item("1.4", "学校食堂公示接触直接入口食品人员健康证明", applies=["school_canteen"]),
        ],
    ),
    (
        "2",
        "二、原料控制",
        [
            item("2.1", "抽查原料有进货查验记录和随货证明", True),
            item("2.2", "贮存区分类、分架、离墙离地"),
            item(
                "2.3",
                "冷冻冷藏生熟分开,温度符合要求",
                True,
                basis="GB 31654",
                fix="立即停用该冷藏柜,分开存放",
                answer={"type": "number", "unit": "℃", "min": "0", "max": "8"},
            ),
            item("2.7", "变质、过期、回收食品处置合规", verified=False),
        ],
    ),
    (
        "3",
        "三、加工制作过程",
        [
            item("3.1", "场所设施与品种、数量相适应", phrases=["操作间堆放杂物", "排烟设施损坏", "无专用备餐间"]),
            item("3.2", "布局流程合理,生熟不交叉", True),
            item("3.6", "煎炸油温不高于 190 ℃", answer={"type": "number", "unit": "℃", "min": None, "max": "190"}),
            item("3.8", "食品不落地、不重复使用剩余食品"),
        ],
    ),
]


def forms() -> dict[str, Any]:
    told = {}
    for kind in ("onsite_record", "result_sheet", "rectification_order"):
        raw = tomllib.loads((PACK / f"papers/{kind}.toml").read_text())
        notes = [raw["unsealed"]] if raw["sealed"] else []
        told[kind] = {
            "title": raw["title"],
            "signs": raw["signs"],
            "sealed": raw["sealed"],
            "notes": notes,
            "texts": raw["texts"],
        }
    return told


def shop(n: int) -> dict[str, Any]:
    long = "淄博市张店区水晶街街道禾丰家常菜馆(个体工商户)第三分店Supercalifragilisticexpialidocious"
    name = {1: "清风小馆(水晶街店)", 4: long}.get(n, f"示例餐饮店{n}号")
    last = {"date": "2026-05-06", "result": "basically_compliant", "failed": ["2.3", "2.7"]} if n == 1 else None
    entity = {
        "uid": SHOP.format(5000 + n),
        "name": f"示例市{name}",
        "code": "92370303MA3XXXXX0" + str(n % 10),
        "scheme": "USCC",
        "kind": "self_employed",
        "representative": "周某",
        "phone": "0533-0000000",
    }
    licence = {"number": f"JY2370303000{n:04d}", "kind": "food", "valid_until": "2028-03-01", "scope": None}
    return {
        "uid": SHOP.format(n),
        "entity": entity,
        "name": name,
        "address": f"张店区水晶街 {n} 号",
        "lat": "36.810000",
        "lon": "118.050000",
        "door_code": door(n),
        "area": "370303006",
        "trade": "food_service",
        "licences": [licence],
        "last": last,
    }


def picture(name: str) -> bytes:
    """A small photo of an enterprise's answer, another one for each name."""
    image = Image.new("RGB", (320, 240), tuple(hashlib.sha256(name.encode()).digest()[:3]))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()
