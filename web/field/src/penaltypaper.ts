/** The decision of a penalty on the spot (form 44) as the phone shows and prints it, in the pack's wording. */
import { refusal, text, type Block } from "./paperblocks";
import type { SpotDecision } from "./paperdata";
import type { Wording } from "./paperwords";

/** What was told before it was decided, what was said to it, and what became of that. */
function heard(d: SpotDecision, w: Wording): Block[] {
  const outcome = d.heard === "none" ? [] : [text(w.say(d.heard, { answer: d.answer }))];
  const stated = d.statement ? [text(w.say("stated", { text: d.statement })), ...outcome] : [text(w.say("no_statement"))];
  return [text(w.say(d.told ? "told" : "not_told")), ...stated];
}

/** A choice with its box, and what stands beside it where it was made. */
const choice = (on: boolean, w: Wording, chosen: string, other: string): Block => text(`${w.tick(on)}${on ? chosen : other}`);

function money(d: SpotDecision, w: Wording): Block[] {
  if (!d.fine) return [];
  const cash = w.say("cash", { ground: w.of("grounds", d.cash_ground) || "/", receipt: d.receipt || "/" });
  const bank = d.days ? w.say("bank", { days: d.days, at: d.pay_at || "/" }) : w.say("no_bank");
  return [
    text(w.say("pay")),
    choice(d.payment === "cash", w, cash, w.say("no_cash")),
    choice(d.payment === "bank", w, bank, w.say("no_bank")),
    text(w.say("late")),
  ];
}

export function decision(d: SpotDecision, w: Wording): Block[] {
  const who = [d.present.name, d.present.role].filter(Boolean).join("，");
  const code: [string, string][] = d.check_code && w.has("check_code") ? [[w.say("check_code"), d.check_code]] : [];
  return [
    {
      kind: "rows",
      rows: [
        [w.say("party"), d.party.name],
        [w.say("code"), d.party.code],
        [w.say("address"), d.party.address],
        [w.say("representative"), d.party.representative],
        [w.say("party_phone"), d.party.phone],
        [w.say("when"), w.minute(d.ended)],
        [w.say("where"), d.place],
        ...code,
      ],
    },
    text(w.say("facts", { facts: d.facts }) + (d.item ? w.say("of_item", { no: d.item }) : "") + (d.ordered && w.has("ordered") ? w.say("ordered", { text: d.ordered }) : "")),
    ...heard(d, w),
    text(w.say("against", { violated: d.violated || w.say("nothing"), basis: d.basis || w.say("nothing") })),
    choice(d.warning, w, w.say("warning"), w.say("warning")),
    choice(!!d.fine, w, w.say("fine", { words: d.fine_words, fine: d.fine }), w.say("no_fine")),
    ...money(d, w),
    choice(true, w, w.say("correct"), ""),
    text(w.say("appeal")),
    text(w.say("contact", { people: d.inspectors.map((one) => `${one.name}（${one.certificate_no || "/"}）`).join("、"), phone: d.phone || "/" })),
    d.refused ? refusal(w, d.refused) : text(w.say("received") + (who ? w.say("receiver", { name: who }) : "")),
    text(`${d.organ}　${w.date(d.ended)}`),
    text(w.say("foot")),
  ];
}
