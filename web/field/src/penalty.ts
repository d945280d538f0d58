/**
 * A penalty on the spot (当场处罚): what may be decided at the visit, within which limit, and what is still missing. The
 * server reckons alike (`spot_penalty/law.py`); `tests/fixtures/spot_penalty.json` holds both sides to it.
 */
import { cited } from "./citing";
import type { CashGround, SpotGround, SpotRules } from "./contract";
import { t } from "./i18n";
import type { Obstacle } from "./obstacles";
import type { Penalty } from "./record";
import type { Visit } from "./visit";
import { foundOf, wordsOf } from "./wording";

/** As far as it is filled in: the fine as it was typed, whether the party was asked, whether a grave item is punished all the same. */
export interface PenaltyDraft extends Omit<Penalty, "fine" | "days" | "at"> {
  fine: string;
  asked: "" | "silent" | "stated";
  anyway: boolean;
}

/** A failed item, or a finding that was not put right, for which something may be punished. */
export interface Candidate {
  item: string;
  found: string;
  basis: string;
  /** It is proposed for an investigation, which is the usual way for it. */
  grave: boolean;
}

/** The shortest text that can name an order, by its day or number. */
const ORDER_LEAST = 4;
export const CASH_GROUNDS: CashGround[] = ["small", "hard", "remote"];

/** Whose limit holds for a party of that kind: one whose kind nobody knows has the lower one. */
export function limitOf(rules: SpotRules, kind: string | null): SpotRules["citizen"] & { side: "citizen" | "entity" } {
  const side = !kind || rules.as_citizen.kinds.includes(kind) ? "citizen" : "entity";
  return { ...rules[side], side };
}

/** The ground of the place's list whose article the decision names, however it writes it; none for any other. */
export function groundOf(rules: SpotRules | null | undefined, { basis }: Pick<Penalty, "basis">): SpotGround | null {
  return rules?.grounds[cited(rules.grounds.map((one) => one.basis), basis)] ?? null;
}

/** Whether that ground knows the penalty; one that names none knows both. */
export const allows = (ground: SpotGround | null, what: "warning" | "fine") => ground?.allows?.includes(what) ?? true;

/** Whether the money may be taken on the spot. */
export function cashAllowed(rules: SpotRules, fine: number, ground: string): boolean {
  if (!rules.cash || fine <= 0 || !rules.cash.grounds.includes(ground)) return false;
  return ground === "small" ? fine <= rules.cash.most : true;
}

/** The fine as it was typed, in whole yuan; 0 for none, null for what is no such amount. */
export function yuan(typed: string): number | null {
  const said = typed.trim();
  if (!said) return 0;
  return /^\d{1,8}$/.test(said) ? Number(said) : null;
}

/**
 * Nothing is punished at a place of no file (nobody knows who the party is), at a barred door, or without a checklist; nor
 * by amending a record: what was decided was handed over and stands until the head withdraws it.
 */
export function candidates(visit: Visit): Candidate[] {
  const { head, sheet, session } = visit;
  if (!session.reference.rules?.spot || head.amends || head.unlisted || head.hindered || head.short || head.only_note) return [];
  if (head.purpose === "recheck") {
    const back = (head.task?.open_items ?? []).filter((open) => head.rechecks[open.rectification]?.accepted === false);
    return back.map((open) => ({ item: open.item, found: [open.found, head.rechecks[open.rectification]?.note].filter(Boolean).join("；"), basis: "", grave: false }));
  }
  const words = wordsOf(session.reference.papers.onsite_record);
  return sheet ? visit.failed.value.map(({ item, answer, measure }) => ({ item: item.no, found: foundOf(item, answer, words), basis: item.basis, grave: measure === "investigate" })) : [];
}

/** The penalty of the record that is amended, by its number: it was handed over and stands. Null where there is none. */
export function standing({ amends }: Pick<Visit["head"], "amends">): { number: string } | null {
  const paper = amends?.papers.find(({ kind }) => kind === "spot_decision");
  return paper ? { number: paper.number ?? "" } : null;
}

/** A new decision about an item, as far as the visit knows it. */
export function begun({ item, found, basis }: Candidate): PenaltyDraft {
  return {
    ordered: "", item, facts: found, violated: basis, basis: "", warning: false, fine: "", told: false, statement: "", heard: "none", answer: "",
    payment: "none", cash_ground: "", receipt: "", asked: "", anyway: false,
  };
}

/** As it is written into the record: nothing of what a later choice made void. */
export function penaltyOf(draft: PenaltyDraft, rules: SpotRules | null | undefined): Penalty {
  const fine = yuan(draft.fine) ?? 0;
  const { item, facts, violated, basis, warning, told } = draft;
  const stated = draft.asked === "stated";
  const payment = fine ? (draft.payment === "none" ? "bank" : draft.payment) : "none";
  const cash = payment === "cash";
  const ordered = groundOf(rules, draft)?.order_first ? (draft.ordered ?? "").trim() : "";
  return {
    item, facts: facts.trim(), violated: violated.trim(), basis: basis.trim(), warning, fine, told,
    statement: stated ? draft.statement.trim() : "", heard: stated ? draft.heard : "none", answer: stated ? draft.answer.trim() : "",
    payment, cash_ground: cash ? draft.cash_ground : "", receipt: cash ? draft.receipt.trim() : "",
    ...(ordered ? { ordered } : {}), days: payment === "bank" ? (rules?.pay.days ?? null) : null, at: payment === "bank" ? (rules?.pay.at ?? "") : "",
  };
}

/** What it comes to, in the app's language. */
export function punished({ warning, fine }: Pick<Penalty, "warning" | "fine">): string {
  return [...(warning ? [t("penalty.warning")] : []), ...(fine ? [t("penalty.fine_of", { n: fine })] : [])].join(t("paper.and"));
}

/** What stands between it and signing: each as a sentence, and the field where it is put right. */
export function penalties(visit: Visit): Obstacle[] {
  const { penalty } = visit.head;
  const rules = visit.session.reference.rules?.spot;
  if (!penalty) return [];
  const of = candidates(visit).find((each) => each.item === penalty.item);
  if (!rules || !of) return [{ text: t("penalty.stop_item", { no: penalty.item }), field: "penalty" }];
  return [...ofDecision(penalty, rules, of, visit.head.premises.entity.kind), ...ofHearing(penalty), ...ofMoney(penalty, rules)];
}

const when = (stands: boolean, text: string, field: string): Obstacle[] => (stands ? [{ text, field }] : []);

function ofDecision(penalty: PenaltyDraft, rules: SpotRules, of: Candidate, kind: string | null): Obstacle[] {
  const fine = yuan(penalty.fine);
  const { most, basis } = limitOf(rules, kind);
  const ground = groundOf(rules, penalty);
  return [
    ...when(of.grave && !penalty.anyway, t("penalty.stop_grave", { no: of.item }), "penalty-anyway"),
    ...when(!penalty.facts.trim(), t("penalty.stop_facts"), "penalty-facts"),
    ...when(!penalty.violated.trim(), t("penalty.stop_violated"), "penalty-violated"),
    ...when(!penalty.basis.trim(), t("penalty.stop_basis"), "penalty-basis"),
    ...when(fine === null, t("penalty.stop_yuan"), "penalty-fine"),
    ...when(fine === 0 && !penalty.warning, t("penalty.stop_nothing"), "penalty-warning"),
    ...when(!!fine && !allows(ground, "fine"), t("penalty.stop_no_fine"), "penalty-fine"),
    ...when(penalty.warning && !allows(ground, "warning"), t("penalty.stop_no_warning"), "penalty-warning"),
    ...when(!!ground?.order_first && (penalty.ordered ?? "").trim().length < ORDER_LEAST, t("penalty.stop_ordered"), "penalty-ordered"),
    ...when(fine !== null && fine > most, t("penalty.stop_limit", { most, basis }), "penalty-fine"),
  ];
}

function ofHearing(penalty: PenaltyDraft): Obstacle[] {
  const stated = penalty.asked === "stated";
  return [
    ...when(!penalty.told, t("penalty.stop_told"), "penalty-told"),
    ...when(!penalty.asked, t("penalty.stop_asked"), "penalty-silent"),
    ...when(stated && !penalty.statement.trim(), t("penalty.stop_statement"), "penalty-statement"),
    ...when(stated && penalty.heard === "none", t("penalty.stop_heard"), "penalty-adopted"),
    ...when(stated && penalty.heard !== "none" && !penalty.answer.trim(), t("penalty.stop_answer"), "penalty-answer"),
  ];
}

function ofMoney(penalty: PenaltyDraft, rules: SpotRules): Obstacle[] {
  const fine = yuan(penalty.fine) ?? 0;
  if (!fine) return [];
  if (penalty.payment !== "cash") return when(penalty.payment === "none", t("penalty.stop_payment"), "penalty-bank");
  return [
    ...when(!cashAllowed(rules, fine, penalty.cash_ground), t("penalty.stop_cash", { most: rules.cash?.most ?? 0, basis: rules.cash?.basis ?? "" }), "penalty-cash"),
    ...when(!penalty.receipt.trim(), t("penalty.stop_receipt"), "penalty-receipt"),
  ];
}
