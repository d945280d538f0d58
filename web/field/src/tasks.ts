/** Order and wording of the tasks of today. */
import type { Party, Person, Task } from "./contract";
import { t } from "./i18n";
import { daysBetween } from "./workdays";

/** Overdue first, then by date; without a date last; re-checks before first visits of the same day. */
export function sortTasks(tasks: Task[], day: string): Task[] {
  const far = "9999-12-31";
  const late = (task: Task) => (task.due && task.due.slice(0, 10) < day ? 0 : 1);
  return [...tasks].sort(
    (a, b) =>
      late(a) - late(b) ||
      (a.due ?? far).slice(0, 10).localeCompare((b.due ?? far).slice(0, 10)) ||
      Number(b.kind === "recheck") - Number(a.kind === "recheck") ||
      a.number.localeCompare(b.number),
  );
}

export function dueOf(task: Task, day: string): { text: string; tone: "bad" | "warn" | "" } {
  if (!task.due) return { text: t("due.none"), tone: "" };
  const left = daysBetween(day, task.due.slice(0, 10));
  if (left < 0) return { text: t("due.late", { n: -left }), tone: "bad" };
  if (left === 0) return { text: t("due.today"), tone: "warn" };
  if (left <= 2) return { text: t("due.soon", { n: left }), tone: "warn" };
  return { text: t("due.on", { date: task.due.slice(0, 10) }), tone: "" };
}

/** Id of the person that a task names, however the server names him. */
export function partyId(party: Party | null): string {
  if (party === null || party === undefined) return "";
  return String(typeof party === "object" ? party.id : party);
}

/** Whether a person may sign on a day: a certificate that has not run out. A helper has none. */
export function maySign(person: Pick<Person, "certificate_no" | "certificate_until"> & { signs?: boolean }, day: string): boolean {
  if (!person.certificate_no || person.signs === false) return false;
  return !person.certificate_until || person.certificate_until.slice(0, 10) >= day;
}
