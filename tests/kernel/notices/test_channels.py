"""Each adapter against a server that behaves as the provider does: refusals, limits, lost answers, receipts."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from zhijian.config import places
from zhijian.kernel.notices.channels import Letter, Refused, SendsNothingOut, TryLater, adapter
from zhijian.kernel.notices.channels.http import Silence, ask
from zhijian.kernel.notices.channels.mail import Mail
from zhijian.kernel.notices.channels.outside import Outside
from zhijian.kernel.notices.channels.robots import GroupRobot, key_of, masked
from zhijian.kernel.notices.channels.sms import HttpSms
from zhijian.kernel.notices.models import Channel
from zhijian.kernel.simulating import serve

WECOM_KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
DING_KEY = "0123456789abcdef0123456789abcdef"
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens


@pytest.fixture
def outside() -> Iterator[tuple[str, Outside]]:
    with serve(Outside()) as running:
        yield running


def letter(**more: Any) -> Letter:
    said = {
        "key": "k1",
        "to": "13853300001",
        "text": "【淄博市场监管】您好",
        "signature": "淄博市场监管",
        "template": "ZJ_X",
    }
    return Letter(**{**said, **more})


def sms(outside: tuple[str, Outside]) -> HttpSms:
    return HttpSms(outside[0], outside[1].token)


def test_a_text_message_is_taken_once_under_its_key(outside):
    way = sms(outside)
    assert way.send(letter()) == way.send(letter(again=True)) == way.send(letter())
    assert outside[1].copies == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"to": "13800099999"}, "unknown number"),
        ({"to": "who?"}, "not a telephone number"),
        ({"signature": "别的局"}, "signature"),
        ({"template": "ZJ_Y"}, "registered"),
    ],
)
def test_what_the_provider_refuses_is_said_in_words(outside, more, why):
    outside[1].signatures, outside[1].templates = {"淄博市场监管"}, {"ZJ_X"}
    with pytest.raises(Refused, match=why):
        sms(outside).send(letter(**more))
    assert sms(outside).send(letter())


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_provider_is_asked_later(outside, status):
    outside[1].fail = [status]
    with pytest.raises(TryLater, match=str(status)):
        sms(outside).send(letter())
    assert sms(outside).send(letter(again=True))


def test_a_wrong_token_is_a_refusal(outside):
    with pytest.raises(Refused, match="401"):
        HttpSms(outside[0], "wrong").send(letter())


def test_an_answer_that_got_lost_does_no_harm(outside):
    outside[1].lose = 1
    with pytest.raises(TryLater):
        sms(outside).send(letter())
    assert sms(outside).send(letter(again=True)) == "M000001"
    assert outside[1].copies == 1


def test_nobody_listens_is_later(outside):
    with pytest.raises(TryLater):
        HttpSms(NOWHERE, "t").send(letter())


def test_receipts_come_again_until_they_are_taken(outside):
    way = sms(outside)
    way.send(letter())
    way.send(letter(key="k2", to="13800099998"))
    way.send(letter(key="k3", to="13800099997"))
    first, again = way.receipts(), way.receipts()
    assert (
        [(one.key, one.arrived) for one in first]
        == [("k1", True), ("k2", False)]
        == [(one.key, one.arrived) for one in again]
    )
    assert "phone off" in first[1].why
    way.taken(first[:1])
    assert [one.key for one in way.receipts()] == ["k2"]


def test_http_without_tls_is_for_this_machine_alone():
    with pytest.raises(Refused, match="https"):
        ask("POST", "http://sms.example/messages", {})


# Robots


@pytest.fixture
def groups(outside, settings) -> Outside:
    settings.ROBOT_ORIGINS = {"wecom": outside[0], "dingtalk": outside[0]}
    outside[1].robots = {WECOM_KEY: "", DING_KEY: "SECabc"}
    return outside[1]


def robot(kind: str, key: str, **more: Any) -> Letter:
    return letter(kind=kind, to=key, subject="晨报", text="**晨报**\n超期 2", **more)


def test_a_wecom_robot_gets_markdown(groups):
    GroupRobot().send(robot("wecom", WECOM_KEY))
    assert groups.said == [(WECOM_KEY, {"msgtype": "markdown", "markdown": {"content": "**晨报**\n超期 2"}})]


def test_a_dingtalk_robot_gets_a_signed_message_with_a_title(groups):
    GroupRobot().send(robot("dingtalk", DING_KEY, secret="SECabc"))
    assert groups.said[0][1]["markdown"] == {"title": "晨报", "text": "**晨报**  \n超期 2"}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (robot("wecom", "693axxx6-7aoc-4bc4-0000"), "removed from the group"),
        (robot("dingtalk", "ffffffffffffffff"), "removed from the group"),
        (robot("dingtalk", DING_KEY, secret="SECother"), "signing secret"),
        (robot("dingtalk", DING_KEY), "signing secret"),
    ],
)
def test_what_a_group_refuses_is_said_in_words(groups, said, why):
    with pytest.raises(Refused, match=why):
        GroupRobot().send(said)
    assert groups.said == []


@pytest.mark.parametrize(("kind", "key", "secret"), [("wecom", WECOM_KEY, ""), ("dingtalk", DING_KEY, "SECabc")])
def test_the_twenty_first_within_a_minute_is_for_later(groups, kind, key, secret):
    for _ in range(20):
        GroupRobot().send(robot(kind, key, secret=secret))
    with pytest.raises(TryLater, match="errcode"):
        GroupRobot().send(robot(kind, key, secret=secret))
    assert len(groups.said) == 20


def test_a_long_message_is_cut_at_a_line_before_the_group_refuses_it(groups):
    long = letter(kind="wecom", to=WECOM_KEY, text="\n".join(["监督检查 12345"] * 400))
    GroupRobot().send(long)
    content = groups.said[0][1]["markdown"]["content"]
    assert len(content.encode()) <= 4096 and content.endswith("\n…")


def test_a_lost_answer_of_a_group_is_unclear(groups):
    groups.lose = 1
    with pytest.raises(Silence):
        GroupRobot().send(robot("wecom", WECOM_KEY))
    assert len(groups.said) == 1, "it went out: a second try would tell it twice"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("wecom", f"https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key={WECOM_KEY}"),
        ("wecom", f"http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM_KEY}"),
        ("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/gettoken?key={WECOM_KEY}"),
        ("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM_KEY}&key=x"),
        ("dingtalk", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM_KEY}"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=short"),
        ("wecom", "https://127.0.0.1/cgi-bin/webhook/send?key=" + WECOM_KEY),
        ("wecom", ""),
    ],
)
def test_only_the_providers_own_addresses_are_taken(kind, address):
    with pytest.raises(ValueError, match=kind):
        key_of(kind, address)


def test_an_address_is_kept_by_its_key_and_shown_masked():
    address = f"https://oapi.dingtalk.com/robot/send?access_token={DING_KEY}"
    assert key_of("dingtalk", f"  {address} ") == DING_KEY
    assert DING_KEY not in masked("dingtalk", DING_KEY)
    assert key_of("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM_KEY}") == WECOM_KEY


# E-mail


@dataclass
class Server:
    """What the mail server got, and what it answers next."""

    got: list[Any] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 no such user"
        if address.startswith("full@"):
            return "452 mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.got.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


@pytest.fixture
def mail(settings) -> Iterator[Server]:
    server = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Controller(server, hostname="127.0.0.1", port=port)
    running.start()
    settings.SMTP_HOST, settings.SMTP_PORT = "127.0.0.1", port
    settings.SMTP_SECURITY, settings.MAIL_FROM = "none", "zhijian@scjg.example"
    yield server
    running.stop()


def post(to: str, **more: Any) -> Letter:
    return letter(to=to, subject="整改\n通知", text="请看：https://zj.example/inbox/1/\n<b>甲</b>", **more)


def test_an_e_mail_arrives_as_text_and_as_a_page(mail):
    number = Mail().send(post("zhao@scjg.example"))
    (got,) = mail.got
    assert (got["To"], got["From"], got["Subject"]) == ("zhao@scjg.example", "zhijian@scjg.example", "整改 通知")
    assert got["Message-ID"] == number == "<k1@scjg.example>"
    plain, page = (part.get_content() for part in got.iter_parts())
    assert plain.splitlines() == ["请看：https://zj.example/inbox/1/", "<b>甲</b>"]
    assert '<a href="https://zj.example/inbox/1/">' in page and "&lt;b&gt;甲" in page


def test_what_the_mail_server_says_decides(mail, settings):
    with pytest.raises(Refused, match="knows no such address"):
        Mail().send(post("nobody@scjg.example"))
    with pytest.raises(TryLater, match="452"):
        Mail().send(post("full@scjg.example"))
    mail.answers = ["451 try again", "554 spam"]
    with pytest.raises(TryLater, match="451"):
        Mail().send(post("zhao@scjg.example"))
    with pytest.raises(Refused, match="554"):
        Mail().send(post("zhao@scjg.example"))
    settings.SMTP_PORT = 9
    with pytest.raises(TryLater):
        Mail().send(post("zhao@scjg.example"))
    assert mail.got == []


# Which adapter


def test_a_practice_copy_asks_nobody_outside(settings, outside):
    settings.TRAINING = True
    settings.SMS_URL, settings.SMTP_HOST, settings.ROBOT_ORIGINS = outside[0], "127.0.0.1", {"wecom": outside[0]}
    for channel in (Channel.SMS, Channel.EMAIL, Channel.ROBOT):
        assert type(adapter(channel)).__module__.endswith("simulated")
    for way, to in ((HttpSms(outside[0], "t"), "13853300001"), (Mail(), "a@b.example")):
        with pytest.raises(SendsNothingOut):
            way.send(letter(to=to))
    with pytest.raises(SendsNothingOut):
        GroupRobot().send(robot("wecom", WECOM_KEY))


def test_the_settings_choose_the_adapter(settings, outside):
    settings.DEMO = False
    assert adapter(Channel.SMS) is None and adapter(Channel.EMAIL) is None
    assert isinstance(adapter(Channel.ROBOT), GroupRobot)
    settings.SMS_URL, settings.SMTP_HOST = outside[0], "mail.example"
    assert isinstance(adapter(Channel.SMS), HttpSms) and isinstance(adapter(Channel.EMAIL), Mail)


def test_secrets_come_from_the_environment(outside, settings, monkeypatch):
    monkeypatch.setenv("ZHIJIAN_SECRET_SMS", outside[1].token)
    places.secret.cache_clear()
    settings.SMS_URL = outside[0]
    assert adapter(Channel.SMS).send(letter()) == "M000001"
    places.secret.cache_clear()
