"""What is said of a service: what it lacks, why its day counts, and how it stands, the same on every page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.models import Person
from zhijian.kernel.papers.serving.law import Lacks, Way
from zhijian.kernel.papers.serving.models import WAYS, Service

WORDS = {
    Lacks.OFFICERS: gettext_lazy("Name everyone who served it: the law wants more than that."),
    Lacks.CERTIFICATE: gettext_lazy(
        "Everyone who serves a paper needs a certificate that is in force on that day, and is no helper: not %(names)s."
    ),
    Lacks.RECEIVER: gettext_lazy("Say who took it."),
    Lacks.PROOF: gettext_lazy(
        "What is left behind counts only with its proof: add the proof of service that the witness signed and name the "
        "witness, or say that it was recorded and add the pictures or the film."
    ),
    Lacks.CONSENT: gettext_lazy("No confirmed address agrees to electronic service: enter the confirmation first."),
    Lacks.TRACKING: gettext_lazy("Enter the number of the letter."),
    Lacks.ADDRESS: gettext_lazy("Say to which address the letter was sent: it stands on the letter."),
    Lacks.CONFIRMED_LATER: gettext_lazy(
        "This confirmation was not in force on the day the letter was handed in. Choose the one that was, or another "
        "address and write it down as it stands on the letter."
    ),
    Lacks.BODY: gettext_lazy("Say through whom."),
    Lacks.WHERE: gettext_lazy("Say where the notice was published."),
    Lacks.TRIED: gettext_lazy("Say which other ways were tried and why they failed."),
    Lacks.OTHERS: gettext_lazy(
        "A public notice is the last way. First record that it could not be handed over and that the letter came back, "
        "or tick that nobody knows where the party is and add what shows it."
    ),
    Lacks.KNOWN: gettext_lazy(
        "The party has confirmed an address, and this paper was not sent there in vain: serve it there first, "
        "electronically where it agreed, or by post (a letter that comes back from there counts as served). "
        "If it gave a new address, enter the new confirmation."
    ),
    Lacks.SHOWN: gettext_lazy("Say of which day it is what shows that nobody knows where the party is."),
    Lacks.REACHED: gettext_lazy(
        "The party was reached, or its address tried, on that day or later. What shows that nobody knows where it is "
        "must be later: add a newer one, or serve the paper where the party was reached."
    ),
    Lacks.ORDER: gettext_lazy(
        "A day or an hour lies before the paper was made or sealed, or before it was sent: nothing is served before it "
        "exists."
    ),
    Lacks.FUTURE: gettext_lazy("A day or an hour has not come yet."),
}
BESIDE = {
    Lacks.OFFICERS: "officer2", Lacks.CERTIFICATE: "officer1", Lacks.RECEIVER: "receiver", Lacks.PROOF: "witness",
    Lacks.TRACKING: "tracking", Lacks.BODY: "body", Lacks.WHERE: "body", Lacks.TRIED: "reason",
    Lacks.OTHERS: "missing", Lacks.ADDRESS: "place", Lacks.CONFIRMED_LATER: "to", Lacks.SHOWN: "shown_on",
    Lacks.REACHED: "shown_on",
}  # fmt: skip
WHYS = {
    "arrival": gettext_lazy("the day on which it arrived in the receiver's system"),
    "notice": gettext_lazy("the day on which the time of the public notice has run"),
    "left": gettext_lazy("the day on which it was left"),
    "signed": gettext_lazy("the day on which it was signed for"),
    "returned": gettext_lazy("the day on which the letter came back from the confirmed address"),
}


class Lacking(Exception):
    """A service does not prove itself yet; `errors` are the words by the field beside which they stand ("" for all)."""

    def __init__(self, lacks: Iterable[Lacks], uncertified: Iterable[Person] = ()) -> None:
        super().__init__("lacking")
        self.errors: dict[str, list[str]] = {}
        names = _(", ").join(one.name for one in uncertified)
        for one in lacks:
            words = str(WORDS[one])
            said = words % {"names": names} if one is Lacks.CERTIFICATE else words
            self.errors.setdefault(BESIDE.get(one, ""), []).append(said)


def standing(service: Service) -> tuple[str, str]:
    """How a service stands, in words, and the tone of its mark. A running notice has served nobody yet."""
    way, day = WAYS[Way(service.way)], {"day": service.served_on}
    if service.running:
        return _("Public notice running: its days end on %(day)s, it counts as served from then") % day, "act"
    if service.state == Service.State.SERVED:
        words = f"{_('Served on %(day)s') % day} · {way}"
        return (f"{words} · {_('proof to be added')}", "warn") if service.proof_due else (words, "good")
    if service.state == Service.State.WITHDRAWN:
        return _("Not served: the record was withdrawn"), "warn"
    return f"{service.get_state_display()} · {way}", "bad" if service.state == Service.State.FAILED else "act"
