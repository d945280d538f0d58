/** What still stands between a visit and its signing: each as a sentence, and where it is put right. */
import { today } from "./clock";
import { grantedUntil, isBare, needsDeadline, type Verdict } from "./content";
import { t } from "./i18n";
import { penalties } from "./penalty";
import { maySign } from "./tasks";
import { isWitnessed } from "./signing";
import type { Visit } from "./visit";

/** What a photo of the door is filed under. */
export const DOOR = "door";

export interface Obstacle {
  text: string;
  /** The item to go to, on the page of the checklist. */
  item?: string;
  /** Test id of the field to go to, on the page of the review. */
  field?: string;
}

export function obstacles(visit: Visit, deadline: string): Obstacle[] {
  const { head } = visit;
  const of = head.short ? seen(visit) : head.purpose === "recheck" ? rechecks(visit) : answers(visit);
  const alone = head.short && head.present.left;
  const informed = alone || (head.informed.cards_shown && head.informed.rights_told);
  return [
    ...of,
    ...when(!!head.amends && !head.amends.reason.trim(), { text: t("stop.amends"), field: "amends-reason" }),
    ...when(!informed, { text: t("stop.informed"), field: head.informed.cards_shown ? "informed-rights" : "informed-cards" }),
    ...when(!alone && !head.present.name.trim(), { text: t("stop.present"), field: "present-name" }),
    ...when(head.inspectors.length < 2, { text: t("stop.second"), field: "second" }),
    ...certificates(visit),
    ...date(visit, deadline),
    ...penalties(visit),
  ];
}

/** What stands between a barred door and the signing of its record: who signs for a refusal signs as an officer, too. */
export function barred(visit: Visit): Obstacle[] {
  const { refused, hindered, inspectors } = visit.head;
  return [
    ...when(!visit.photosOf(DOOR).length, { text: t("hindered.photo_first"), field: "photo-input" }),
    ...when(!hindered?.note.trim(), { text: t("hindered.reason_first"), field: "refused-reason" }),
    ...when(!refused || !isWitnessed(refused), { text: t("refuse.witness_first"), field: "refuse-witness" }),
    ...when(inspectors.length < 2, { text: t("stop.second"), field: "second" }),
    ...certificates(visit),
  ];
}

function when(stands: boolean, obstacle: Obstacle): Obstacle[] {
  return stands ? [obstacle] : [];
}

/** A short record is what the officers write themselves. */
function seen({ head }: Visit): Obstacle[] {
  return when(!head.findings?.trim(), { text: t("stop.findings"), field: "findings" });
}

/** How many items still want an answer: where only what is looked at is answered, one answer is enough. */
export function unanswered({ head, open, answers }: Pick<Visit, "head" | "open" | "answers">): number {
  return head.task?.scope === "asked" && answers.size > 0 ? 0 : open.value.length;
}

function answers(visit: Visit): Obstacle[] {
  const { rules } = visit.session.reference;
  const open = visit.open.value;
  const missing = unanswered(visit);
  const photo = rules?.limits?.photo_for_failed === true;
  // a camera can break, a kitchen can forbid it: then a word takes the photo's place
  const wants = (each: Verdict) => (photo ? !each.answer.photos?.length && !each.answer.note?.trim() : isBare(each));
  return [
    ...when(!visit.sheet, { text: t("check.no_list") }),
    ...when(!rules, { text: t("stop.no_rules") }),
    ...when(missing > 0, { text: t("stop.unanswered", { n: missing }), item: open[0]?.no }),
    ...visit.unmeasured.value.map(({ no }) => ({ text: t("stop.unmeasured", { no }), item: no })),
    ...visit.failed.value.filter(wants).map(({ item: { no } }) => ({ text: t(photo ? "stop.photo" : "stop.bare", { no }), item: no })),
  ];
}

function rechecks(visit: Visit): Obstacle[] {
  const open = (visit.head.task?.open_items ?? []).filter(({ rectification }) => {
    const done = visit.head.rechecks[rectification];
    return !done || (!done.accepted && !done.note.trim());
  });
  return when(open.length > 0, { text: t("stop.unanswered", { n: open.length }), item: open[0]?.item });
}

/** Every signer needs a certificate in force, the holder of the phone as well: a helper (协管员) has none that counts. */
function certificates({ head, session: { reference } }: Visit): Obstacle[] {
  return head.inspectors.flatMap((signer) => {
    const known = [reference.person, ...reference.colleagues].find((each) => each && String(each.id) === String(signer.id));
    const may = known && maySign(known, today());
    return when(!may, { text: t("stop.certificate", { name: signer.name }), field: "second" });
  });
}

function date(visit: Visit, deadline: string): Obstacle[] {
  if (!needsDeadline(visit.draft, visit.failed.value)) return [];
  const { min, max } = visit.deadline.value ?? { min: today(), max: "" };
  const field = "deadline";
  if (!deadline) return [{ text: t("stop.no_deadline"), field }];
  return [
    ...when(deadline < min, { text: t(min === grantedUntil(visit.head) ? "stop.deadline_granted" : "stop.deadline", { date: min }), field }),
    ...when(!!max && deadline > max, { text: t("stop.deadline_late", { date: max }), field }),
  ];
}
