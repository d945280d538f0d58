"""The ways out, and which adapter carries each of them in this installation."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from zhijian.kernel.notices.channels.length import Length, sms_length
from zhijian.kernel.notices.channels.protocol import (
    Adapter,
    Letter,
    NoSuchAddress,
    Receipt,
    Refused,
    SendsNothingOut,
    TryLater,
    real,
)
from zhijian.kernel.notices.models import Channel

__all__ = [
    "Adapter", "Length", "Letter", "NoSuchAddress", "Receipt", "Refused", "SendsNothingOut", "TryLater", "adapter",
    "gateway", "is_simulated", "real", "sms_length",
]  # fmt: skip

_HERE = "zhijian.kernel.notices.channels"
_SIMULATED = {
    Channel.SMS: f"{_HERE}.simulated.Simulator",
    Channel.EMAIL: f"{_HERE}.simulated.SimulatedMail",
    Channel.ROBOT: f"{_HERE}.simulated.SimulatedRobot",
}


def _set_up(channel: str) -> str:
    """The class that the settings name for a way; empty where it is not set up."""
    if channel == Channel.SMS:
        return settings.SMS_GATEWAY or (f"{_HERE}.sms.HttpSms" if settings.SMS_URL else "")
    if channel == Channel.EMAIL:
        return f"{_HERE}.mail.Mail" if settings.SMTP_HOST else ""
    return f"{_HERE}.robots.GroupRobot"


def adapter(channel: str) -> Adapter | None:
    """The adapter of a way: as the settings say, the simulator in the demo, otherwise none.

    A practice copy has the simulators, whatever is set: it sends nothing out. A demo's groups are simulated, too.
    """
    if settings.TRAINING or (settings.DEMO and channel == Channel.ROBOT and not settings.ROBOT_ORIGINS):
        return import_string(_SIMULATED[Channel(channel)])()
    path = _set_up(channel) or (_SIMULATED[Channel(channel)] if settings.DEMO else "")
    return import_string(path)() if path else None


def is_simulated(channel: str) -> bool:
    """Whether what goes this way stands on a page instead of going out."""
    way = adapter(channel)
    return way is not None and way.simulated


def gateway() -> Adapter | None:
    """The gateway for text messages."""
    return adapter(str(Channel.SMS))
