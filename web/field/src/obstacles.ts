/** What still stands between a visit and its signing, each as a sentence. */
import { needsDeadline, today } from "./content";
import { t } from "./i18n";
import { maySign } from "./tasks";
import type { Visit } from "./visit";

export interface Obstacle {
  text: string;
}

export function obstacles(visit: Visit, deadline: string): Obstacle[] {
  const { head } = visit;
  const { reference } = visit.session;
  const found: string[] = [];
  const add = (when: boolean, text: string) => when && found.push(text);
  const recheck = head.purpose === "recheck";
  if (recheck) add(openRechecks(visit) > 0, t("stop.unanswered", { n: openRechecks(visit) }));
  else {
    add(!visit.checklist, t("check.no_list"));
    add(!reference.rules, t("stop.no_rules"));
    add(visit.open.value.length > 0, t("stop.unanswered", { n: visit.open.value.length }));
  }
  add(!head.informed.cards_shown || !head.informed.rights_told, t("stop.informed"));
  add(!head.present.name.trim(), t("stop.present"));
  add(head.inspectors.length < 2, t("stop.second"));
  if (reference.rules?.limits?.photo_for_failed) {
    // a camera can break, a kitchen can forbid it: then a word takes the photo's place
    const bare = visit.failed.value
      .filter(({ answer }) => !answer.photos?.length && !answer.note?.trim())
      .map(({ item }) => item.no);
    add(bare.length > 0, t("stop.photo", { list: bare.join(" · ") }));
  }
  for (const signer of head.inspectors) {
    const known = [reference.person, ...reference.colleagues].find((each) => each && String(each.id) === String(signer.id));
    add(!known || !maySign(known, today()), t("stop.certificate", { name: signer.name }));
  }
  if (needsDeadline(visit.draft, visit.failed.value)) {
    const { min, max } = visit.deadline.value ?? { min: today(), max: "" };
    add(!deadline, t("stop.no_deadline"));
    add(!!deadline && deadline < min, t("stop.deadline", { date: min }));
    add(!!deadline && !!max && deadline > max, t("stop.deadline_late", { date: max }));
  }
  return found.map((text) => ({ text }));
}

function openRechecks(visit: Visit): number {
  const items = visit.head.task?.open_items ?? [];
  return items.filter(({ rectification }) => {
    const done = visit.head.rechecks[rectification];
    return !done || (!done.accepted && !done.note.trim());
  }).length;
}
