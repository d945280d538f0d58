/** A paper as the phone shows and prints it: its facts in the official wording that the pack sent. */
import type { PaperForm, PaperKind, Premises, Organ } from "./contract";
import { t, type Key } from "./i18n";
import { only, type Sheet } from "./joining";
import { refusal, text, witnessed, type Block } from "./paperblocks";
import { amendsOf, BUILDERS, type Common, type Known, type OnsiteRecord, type RectificationOrder, type ResultSheet } from "./paperdata";
import { Wording } from "./paperwords";
import { decision } from "./penaltypaper";
import { briefOf, type Brief } from "./printing/slip";
import { wordsOf } from "./wording";
import { SCHEMA, type Content, type Signature, type SignerRole } from "./record";

export interface PaperView {
  kind: PaperKind;
  title: string;
  organ: string;
  number: string;
  /** Verification code, printed as text and as a QR of the public address; empty while the server has to give one. */
  code: string;
  verify: string;
  digest: string;
  /** What stands on its face as long as no seal does. */
  unsealed: string;
  blocks: Block[];
  signers: { label: string; signature: Signature | null; who: SignerRole }[];
  /** What the receipt tells of the visit; papers that were kept before there were receipts have none. */
  brief?: Brief;
}

export interface PaperSource {
  id: string;
  content: Content;
  digest: string;
  premises: Premises;
  sheet: Sheet | null;
  organ: Organ | null;
  forms: Partial<Record<PaperKind, PaperForm>>;
  signatures: Signature[];
  origin: string;
}

const TITLES: Record<PaperKind, Key> = {
  onsite_record: "paper.onsite_record",
  result_sheet: "paper.result_sheet",
  rectification_order: "paper.rectification_order",
  spot_decision: "paper.spot_decision",
};

/** All papers of a record, in the order in which they were numbered. */
export function paperViews(source: PaperSource): PaperView[] {
  const { content, digest, id } = source;
  const words = wordsOf(source.forms.onsite_record);
  const brief = briefOf(content, source.premises, source.sheet, words);
  return content.papers.map(({ kind, number, code }) => {
    const form = source.forms[kind];
    const said = new Wording(form?.texts ?? {});
    const sheet = source.sheet && form?.lists?.length ? only(source.sheet, form.lists) : source.sheet;
    const known: Known = { premises: source.premises, sheet, organ: source.organ, words, grounds: form?.grounds, ground_items: said.maybe("ground_items") };
    const facts = { ...BUILDERS[kind]({ id, schema: SCHEMA, digest, content }, known), ...amendsOf(content, kind) };
    return {
      kind,
      title: form?.title ?? t(TITLES[kind]),
      organ: facts.organ,
      number: number ?? t("paper.number_later"),
      code: code ?? "",
      verify: code ? `${source.origin}/v/${code}` : "",
      digest,
      unsealed: form?.sealed ? (form.notes?.[0] ?? t("paper.not_in_force")) : "",
      blocks: form?.texts ? [...amended(facts, said), ...LAYOUTS[kind](facts as never, said)] : plain(content, facts.party.name),
      signers: signers(form, source, said),
      brief,
    };
  });
}

function signers(form: PaperForm | undefined, { content, signatures }: PaperSource, words: Wording): PaperView["signers"] {
  const order = (form?.signs ?? ["party", "witness", "inspector1", "inspector2"]) as SignerRole[];
  return order
    .filter((who) => (who === "witness" ? !!content.refused?.witness : who !== "party" || !(content.refused || content.present.left || content.amends?.absent)))
    .map((who) => ({
      who,
      label: words.of("signers", who) || t(`signer.${who}`),
      signature: signatures.find((each) => each.who === who) ?? null,
    }));
}

/** What the paper takes the place of stands first on it. */
function amended({ amends }: Common, w: Wording): Block[] {
  if (!amends || !w.has("amends")) return [];
  const { number, reason, at, absent } = amends;
  const said = w.say(number ? "amends" : "amends_new", { number, reason, at: w.minute(at) });
  return [text(absent ? said + w.say("amends_absent") : said, true)];
}

/** What he said; "none" only of one who was asked and signed: a refusal says what there is to say. */
function statement(d: OnsiteRecord | ResultSheet, w: Wording): string {
  return d.statement || (d.refused ? "" : w.say("no_statement"));
}

/** The superiors' code of the visit, where one was issued and the form has a place for it. */
function coded(d: Common, w: Wording): [string, string][] {
  return d.check_code && w.has("check_code") ? [[w.say("check_code"), d.check_code]] : [];
}

/** Photos with what was drawn on them: their digests on the phone's own paper, the pictures on the one that is filed. */
function pictured(d: Common, w: Wording, item?: string): Block[] {
  if (!w.has("picture")) return [];
  const chosen = (d.pictures ?? []).filter((one) => item === undefined || one.item === item);
  return chosen.map((one) => text(w.say("picture", { no: one.item || "/", at: w.minute(one.taken), of: one.of.slice(0, 16) })));
}

const NOBODY = { barred: "unnamed", left: "nobody" } as const;

/** What was asked and answered; a record that was put to nobody has none of it. */
function asked(d: OnsiteRecord, w: Wording): Block[] {
  const recusal = !d.rights_told ? "not_told" : d.recusal === "yes" ? "wants_recusal" : "no_recusal";
  return [
    text(w.say("told_cards", { organ: d.organ, purpose: w.of("purpose", d.purpose), list: d.list || w.say(d.purpose === "recheck" ? "recheck_list" : "no_list") })),
    text(w.say("answer", { text: w.say(d.cards_shown ? "seen" : "not_seen") })),
    text(w.say("told_rights")),
    text(w.say("answer", { text: w.say(recusal) })),
  ];
}

function ending(d: OnsiteRecord, w: Wording): Block[] {
  if (d.unasked === "left") return [text(w.say("not_put_left"))];
  if (d.unasked) return [text(w.say("not_put_barred", { witness: d.refused ? witnessed(w, d.refused) : w.say("no_witness") }))];
  if (d.amends?.absent && !d.refused) return [];
  return d.refused ? [refusal(w, d.refused)] : [text(w.say("closing")), text(w.say("closing_answer"))];
}

function onsite(d: OnsiteRecord, w: Wording): Block[] {
  const who = [d.present.name, d.present.role].filter(Boolean).join("，");
  const place = d.position && { ...d.position, accuracy: String(d.position.accuracy) };
  return [
    {
      kind: "rows",
      rows: [
        [w.say("time"), w.minute(d.started) + w.say("until") + w.minute(d.ended)],
        [w.say("place"), d.place],
        ...coded(d, w),
        ...d.inspectors.map((one): [string, string] => [w.say("officers"), `${one.name}（${one.certificate_no || "/"}）`]),
        [w.say("party"), d.party.name],
        [w.say("code"), d.party.code],
        [w.say("address"), d.party.address],
        [w.say("representative"), d.party.representative],
        [w.say("phone"), d.party.phone],
        [w.say("attendance"), d.present.name ? w.say("present", { name: who }) : w.say(d.unasked ? NOBODY[d.unasked] : "absent")],
      ],
    },
    ...(d.unasked ? [text(w.say("came", { purpose: w.of("purpose", d.purpose) }))] : asked(d, w)),
    text(w.say("findings"), true),
    text(d.findings),
    ...pictured(d, w),
    ...(d.deadline && w.has("recheck_by") ? [text(w.say("recheck_by", { day: w.date(d.deadline) }))] : []),
    ...(place ? [text(w.say("position", place))] : []),
    ...(d.unasked && !d.statement ? [] : [text(w.say("statement"), true), text(statement(d, w))]),
    ...ending(d, w),
  ];
}

function counts(w: Wording, sentence: string, checked: string[], failed: string[]): string {
  return w.say(sentence, { n: checked.length, nos: w.list(checked), failed: failed.length, failed_nos: w.list(failed) });
}

function sheet(d: ResultSheet, w: Wording): Block[] {
  const people = d.inspectors.map((one) => `${one.name}（${one.certificate_no}）`).join("、");
  const skipped = [...d.skipped.key, ...d.skipped.general];
  const n = d.checked.key.length + d.checked.general.length;
  const number = d.list_number && `（${d.list_number}）`;
  const content = [
    w.say("intro", { organ: d.organ, people, basis: d.basis, day: w.date(d.ended), list: d.list, number, n }),
    counts(w, "key_items", d.checked.key, d.failed.key),
    counts(w, "general_items", d.checked.general, d.failed.general),
    ...(skipped.length ? [w.say("skipped_items", { n: skipped.length, nos: w.list(skipped) })] : []),
  ];
  const answers = d.refused ? [refusal(w, d.refused)] : [];
  return [
    {
      kind: "rows",
      rows: [
        [w.say("name"), d.party.name],
        [w.say("address"), d.party.address],
        [w.say("code"), d.party.code],
        [w.say("licences"), d.licences.join("、")],
        [w.say("contact"), [d.present.name, d.present.role].filter(Boolean).join("，")],
        [w.say("phone"), d.party.phone],
        [w.say("purpose"), w.of("purposes", d.purpose)],
        [w.say("day"), w.date(d.ended)],
        ...coded(d, w),
        [w.say("content"), content.join("\n")],
        [w.say("result"), w.choices("results", d.result)],
        [w.say("handling"), handling(d, w)],
        [w.say("explain"), w.say("note")],
        [w.say("statement"), statement(d, w)],
      ],
    },
    ...answers,
    {
      kind: "table",
      title: w.say("annex"),
      note: w.say("annex_note"),
      head: ["no", "item", "answer", "remark"].map((key) => w.say(key)),
      rows: d.rows.map((row) => [
        row.no + (row.key ? "*" : ""),
        row.text,
        w.of("answers", row.answer),
        [row.value, row.note].filter(Boolean).join("；"),
      ]),
    },
    ...pictured(d, w),
  ];
}

function handling(d: ResultSheet, w: Wording): string {
  const line = (nos: string[], label: string) => w.tick(nos.length > 0) + label + (nos.length ? w.say("items", { nos: w.list(nos) }) : "");
  const none = Object.values(d.measures).every((nos) => !nos.length);
  return [
    w.tick(none) + w.say("passed"),
    line(d.measures.corrected, w.say("corrected")),
    line(d.measures.rectify, w.say("rectify", { deadline: d.deadline ? w.date(d.deadline) : "　　" })),
    line(d.measures.investigate, w.say("investigate")),
  ].join("\n");
}

/** What was found, then the requirement with its ground; a requirement that the sentence names is not said twice. */
function finding(one: RectificationOrder["found"][number], n: number, w: Wording): Block[] {
  const asked = one.text.replace(/^。+|。+$/g, "");
  const names = one.found.includes(asked);
  const ground = one.basis && w.has("ground") ? w.say("ground", { basis: one.basis }) : "";
  const rest = [w.say(names ? "item" : "item_text", { no: one.no, text: asked }), ground].filter(Boolean);
  return [text(`${n}．${one.found}。`), text(rest.map((each) => `${each}。`).join(""))];
}

function order(d: RectificationOrder, w: Wording): Block[] {
  const found = d.found.flatMap((one, i) => [...finding(one, i + 1, w), ...pictured(d, w, one.no)]);
  const before = w.say("before", { deadline: d.deadline ? w.date(d.deadline) : "　　年　月　日" });
  return [
    text(w.say("addressee", { name: d.party.name })),
    text(w.say("found")),
    ...found,
    text(
      w.say(d.ordered_by.length ? "against_by" : "against", { laws: d.against.join("、") || w.say("nothing"), ground: d.ordered_by.join("、") }) +
        `${w.tick(!d.deadline)}${w.say("at_once")} ${w.tick(!!d.deadline)}${before}。${w.say("required")}`,
    ),
    ...d.required.map((one, i) => text(`${i + 1}．${one}`)),
    text(w.say("duty")),
    text(w.say("appeal")),
    text(w.say("contact", { people: d.inspectors.map((one) => one.name).join("、"), phone: d.phone || "/" })),
    ...coded(d, w).map(([label, code]) => text(`${label}：${code}`)),
    ...(d.refused ? [refusal(w, d.refused)] : []),
    text(w.say("foot")),
  ];
}

const LAYOUTS: Record<PaperKind, (facts: never, words: Wording) => Block[]> = {
  onsite_record: onsite as (facts: never, words: Wording) => Block[],
  result_sheet: sheet as (facts: never, words: Wording) => Block[],
  rectification_order: order as (facts: never, words: Wording) => Block[],
  spot_decision: decision as (facts: never, words: Wording) => Block[],
};

/** For a place whose pack brings no form: the facts alone, in the app's own words. */
function plain(content: Content, party: string): Block[] {
  return [
    {
      kind: "rows",
      rows: [
        [t("paper.party"), party],
        [t("paper.when"), `${content.started.slice(0, 16)} – ${content.ended.slice(0, 16)}`.replace(/T/g, " ")],
        [t("paper.officers"), content.inspectors.map((each) => `${each.name} (${each.certificate_no || "/"})`).join(t("paper.and"))],
        [t("paper.result"), content.outcome ? t(`result.${content.outcome.result}`) : ""],
        [t("paper.deadline"), content.deadline ?? ""],
      ],
    },
    text(t("paper.findings"), true),
    text(content.findings),
    text(t("paper.statement"), true),
    text(content.statement || "/"),
    ...(content.amends ? [text(t("paper.amends", { reason: content.amends.reason }))] : []),
    ...(content.refused ? [text(`${t("paper.refused")}: ${[content.refused.reason, content.refused.witness || content.refused.no_witness].filter(Boolean).join(" ")}`)] : []),
  ];
}
