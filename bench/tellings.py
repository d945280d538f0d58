"""How people tell which shop they mean, with the errors that they make. Shares no code and no words with the matcher.

Probabilities are assumptions (no bureau's calls were at hand), set higher than a careful agent's slips:

    told          name .92, address .65, telephone .25, code .02, area by the platform .5, point .1; all in one text .25
    name          sign instead of the registered one .8 (where it differs); without place .6, without legal form .7;
                  last character of the kind left out .2, the whole kind .08, another ending .05; homophone .10,
                  shape-alike .04, a character missing .04, one too many .02, two swapped .01; branch added .05,
                  "的店" .03, traditional characters .03, full width or blanks .03
    address       without province and city .4, from the street on .35; no number .2, a wrong one .03, in Chinese
                  numerals .06, full width .05, without 号 .06; homophone in the street .04; wrong district .04
    telephone     blanks .1, dashes .08, +86 .05, landline without area code .3, two in one cell .06, two digits
                  swapped .05, a wrong digit .02, another telephone of the shop .08
    meant         in business .97, else closed; of all tellings `UNKNOWN` are of shops that are not in the register
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

UNKNOWN = 0.15
# What sounds alike, as typed from hearing; the first character is the right one.
HEARD = """
    鑫新欣 源园元 盛胜圣 福富 佳家嘉 和禾河 香湘 泰太 隆龙 华花 祥翔 丰峰风 康慷 宁凝 诚成程 信鑫新 德得 记季
    满曼 堂糖 贤闲 聚巨 星兴 明名 阳洋扬 辰晨 玉裕 宝保 凤奉 鹏朋 程成 江姜 山三 春纯 冬东 林霖 森生 润闰 泽则
    木慕 绿律 青清 松嵩 柏百 竹竺 梅美 兰蓝 菊橘 园圆 居巨 轩宣 阁格 坊访 斋摘 利力 通同 达大 义艺 仁人 美梅
    乐勒 味位 鲜先 银寅 金今 天田 东冬 南男 中钟 正证 大达 同童 新心 光广 月悦 云芸 峰锋 泉全 沐牧 晓小 嘉佳
    荷河 田甜 野也 里李 客课 胖旁 府付 巷向 收手
"""
SEEN = """
    阳阴 辰晨 明朋 土士 木本 天夫 大太 山出 竹行 园圆 荷何 江汪 河何 轩斩 祥详 润闰 柏拍 松杉 金全 玉王 仁仨
    利和 禾木 里理
"""
TRADITIONAL = """
    鑫鑫 华華 丰豐 东東 龙龍 凤鳳 鲜鮮 园園 轩軒 阁閣 斋齋 记記 满滿 贤賢 银銀 宝寶 鹏鵬 阳陽 云雲 润潤 泽澤
    晓曉 绿綠 兰蘭 区區 饭飯 馆館 烧燒 鱼魚 药藥 业業 张張 诚誠 义義 乐樂 达達 兴興 宁寧 齐齊 鲁魯
"""
ENDINGS = ["餐厅", "店", "饭馆", "铺子", "商店"]
FORMS = ["有限责任公司", "有限公司", "专业合作社"]
KINDS = """
    烧烤店 烤鱼店 火锅店 饭店 快餐店 水饺馆 羊汤馆 面馆 小吃店 饮品店 博山菜馆 早餐店 超市 便利店 食品店 水果店
    粮油店 烟酒店 生鲜店 百货店 茶叶店 副食店 大药房 药店 理发店 美容店 洗衣店 洗车行 五金店 服装店 鞋店 家具店
    电动车行 手机店 文具店 汽修厂 食品厂
""".split()  # noqa: SIM905
STORIES = [
    "我昨天在{where}的{name}买了东西，回家发现坏了，要求退款。{phone}",
    "市民反映：{where}{name}，消费后不给开发票，请核实。{phone}",
    "投诉{name}，地址：{where}。办卡后关门不退钱，{phone}",
    "来电人称{where}有一家叫{name}的，价格和标价不一样。{phone}",
    "{name}卖过期食品，就在{where}附近，{phone}望处理。",
]
_ADDRESS = re.compile(r"^(山东省淄博市)([^市]{2,4}?[区县]|.{2,4}?)(.{1,6}?街道)(.+?路)(\d+)号(.*)$")


@dataclass(frozen=True)
class Shop:
    """One that is meant. `key` is its entity in the register, None for one that is not there."""

    key: int | None
    name: str
    sign: str
    address: str
    phone: str
    code: str
    area: str
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class Telling:
    """What was told, by the names of the fields of `Told`; the shop that is meant; which errors were made."""

    told: dict[str, object]
    key: int | None
    errors: tuple[str, ...] = field(default=())


def _pairs(text: str) -> dict[str, str]:
    return {group[0]: group[1:] for group in text.split()}


class Teller:
    """Tells of shops; the same for the same seed."""

    def __init__(self, seed: int, districts: Sequence[str]) -> None:
        self.random = random.Random(f"tellings {seed}")
        self.districts = districts
        self.heard, self.seen, self.traditional = _pairs(HEARD), _pairs(SEEN), _pairs(TRADITIONAL)
        self.errors: list[str] = []

    def tell(self, shop: Shop) -> Telling:
        """One telling; at least a name or a telephone or an address."""
        self.errors = []
        said = {part: self._happens(p) for part, p in (("name", 0.92), ("address", 0.65), ("phone", 0.25))}
        said["name"] = said["name"] or not (said["address"] or said["phone"])
        name = self._name(shop) if said["name"] else ""
        where = self._address(shop.address) if said["address"] else ""
        phone = self._phone(shop.phone) if said["phone"] and shop.phone else ""
        told: dict[str, object] = {"name": name, "address": where, "phone": phone}
        if self._happens(0.25):
            self.errors.append("in a text")
            story = self.random.choice(STORIES)
            told = {
                "text": story.format(
                    name=name or "一家店", where=where or "我家", phone=f"电话{phone}" if phone else ""
                )
            }
        if self._happens(0.02):
            told["code"] = shop.code
        if self._happens(0.5):
            told["area"] = shop.area if self._happens(0.5) else shop.area[:6]
        if shop.lat is not None and shop.lon is not None and self._happens(0.1):
            told |= {axis: at + self.random.gauss(0, 0.0005) for axis, at in (("lat", shop.lat), ("lon", shop.lon))}
        return Telling(told, shop.key, tuple(self.errors))

    def _happens(self, p: float, error: str = "") -> bool:
        yes = self.random.random() < p
        if yes and error:
            self.errors.append(error)
        return yes

    def _name(self, shop: Shop) -> str:
        by_sign = shop.sign not in ("", shop.name) and self._happens(0.8, "sign")
        name = shop.sign if by_sign else shop.name
        if self._happens(0.6, "no place"):
            name = (
                re.sub(
                    r"^(淄博市?)?(?:.{2,3}?[区县]|高新区|经开区|文昌湖区)?(?:.{1,5}?街道)?(?=.{3})", "", name, count=1
                )
                or name
            )
        if self._happens(0.7, "no form"):
            name = next((name.removesuffix(one) for one in FORMS if name.endswith(one)), name)
        name = self._kind(name)
        name = self._slips(name)
        if self._happens(0.05, "branch"):
            road = _ADDRESS.match(shop.address)
            name += f"（{road[4]}店）" if road and not name.endswith("）") else ""
        if self._happens(0.03, "的店"):
            name += "的店"
        if self._happens(0.03, "traditional"):
            name = "".join(self.traditional.get(c, c) for c in name)
        if self._happens(0.03, "blanks"):
            name = f"{name[:2]} {name[2:]}"
        return name

    def _kind(self, name: str) -> str:
        kind = next((one for one in sorted(KINDS, key=len, reverse=True) if name.endswith(one)), "")
        if not kind or len(name) - len(kind) < 2:
            return name
        if self._happens(0.2, "kind cut short"):
            return name[:-1]
        if self._happens(0.08, "no kind"):
            return name.removesuffix(kind)
        return name[:-1] + self.random.choice(ENDINGS) if self._happens(0.05, "another ending") else name

    def _slips(self, text: str) -> str:
        if self._happens(0.10):
            text = self._instead(text, self.heard, "homophone")
        if self._happens(0.04):
            text = self._instead(text, self.seen, "shape")
        at = self.random.randrange(len(text))
        if self._happens(0.04, "missing") and len(text) > 3:
            text = text[:at] + text[at + 1 :]
        if self._happens(0.02, "too many"):
            text = text[:at] + self.random.choice("小老新大家") + text[at:]
        if self._happens(0.01, "swapped") and at + 1 < len(text):
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text

    def _instead(self, text: str, of: dict[str, str], error: str) -> str:
        places = [i for i, c in enumerate(text) if c in of]
        if not places:
            return text
        self.errors.append(error)
        i = self.random.choice(places)
        return text[:i] + self.random.choice(of[text[i]]) + text[i + 1 :]

    def _address(self, address: str) -> str:
        parts = _ADDRESS.match(address)
        if not parts:
            return address
        above, district, town, road, number, rest = parts.groups()
        if self._happens(0.04, "wrong district"):
            district = self.random.choice(self.districts)
        if self._happens(0.04):
            road = self._instead(road, self.heard, "homophone in street")
        if self._happens(0.35, "from the street"):
            above = district = town = ""
        elif self._happens(0.6):
            above = ""
        return f"{above}{district}{town}{road}{self._number(number)}{rest if self._happens(0.5) else ''}"

    def _number(self, number: str) -> str:
        if self._happens(0.2, "no number"):
            return ""
        if self._happens(0.03, "wrong number"):
            number = str(int(number) + self.random.choice((-2, -1, 1, 2, 10)))
        if self._happens(0.06, "Chinese numerals"):
            return _numerals(int(number)) + "号"
        if self._happens(0.05, "full width"):
            return "".join(chr(ord(c) + 0xFEE0) for c in number) + "号"
        return number if self._happens(0.06, "no 号") else number + "号"

    def _phone(self, phone: str) -> str:
        if self._happens(0.08, "another telephone"):
            return f"1{self.random.choice('3578')}{self.random.randrange(10**9):09d}"
        at = self.random.randrange(3, 9)
        if self._happens(0.05, "digits swapped") and phone[at : at + 2].isdigit():
            phone = phone[:at] + phone[at + 1] + phone[at] + phone[at + 2 :]
        if self._happens(0.02, "wrong digit") and phone[at].isdigit():
            phone = phone[:at] + str(self.random.randrange(10)) + phone[at + 1 :]
        if "-" in phone and self._happens(0.3, "no area code"):
            phone = phone.split("-")[1]
        whole = phone
        if "-" not in phone and len(phone) == 11:
            if self._happens(0.1, "blanks in telephone"):
                whole = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
            elif self._happens(0.08, "dashes in telephone"):
                whole = f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
            if self._happens(0.05, "+86"):
                whole = f"+86 {whole}"
        if self._happens(0.06, "two telephones"):
            whole = f"{whole}/1{self.random.choice('3578')}{self.random.randrange(10**9):09d}"
        return whole


def _numerals(n: int) -> str:
    """As it is spoken: 12 → 十二, 305 → 三百零五."""
    ones = "零一二三四五六七八九"
    hundreds, rest = divmod(n, 100)
    tens, last = divmod(rest, 10)
    text = f"{ones[hundreds]}百" if hundreds else ""
    text += f"{ones[tens] if tens > 1 or hundreds else ''}十" if tens else ("零" if hundreds and last else "")
    return text + (ones[last] if last else "")
