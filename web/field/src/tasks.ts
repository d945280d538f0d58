/** Order and wording of the tasks of today. */
import type { Colleague, Party, Person, Premises, Task } from "./contract";
import { metresBetween } from "./geo";
import { t } from "./i18n";
import type { Place } from "./record";
import { daysBetween } from "./workdays";

/** Day and hours of the enterprise's appointment, from "2026-12-01 14:00–15:00". */
export function appointmentOf(task: Task): string[] | null {
  return /^(\d{4}-\d\d-\d\d) (\d\d):(\d\d)–(\d\d):(\d\d)$/.exec(task.appointment ?? "")?.slice(1) ?? null;
}

/** The day on which a task is done, as the desk has it: that of its appointment, which holds nobody once it went by; else when it is due. */
export function dayOf(task: Task, today: string): string | null {
  const appointed = appointmentOf(task)?.[0];
  return appointed && appointed >= today ? appointed : (task.due?.slice(0, 10) ?? null);
}

/** By the day on which it is done, what is late first; without a date last; re-checks before first visits of the same day. */
export function sortTasks(tasks: Task[], day: string): Task[] {
  const on = (task: Task) => dayOf(task, day) ?? "9999-12-31";
  return [...tasks].sort(
    (a, b) =>
      on(a).localeCompare(on(b)) ||
      Number(b.kind === "recheck") - Number(a.kind === "recheck") ||
      a.number.localeCompare(b.number),
  );
}

export function dueOf(task: Task, day: string): { text: string; tone: "bad" | "warn" | "" } {
  if (!task.due) return { text: t("due.none"), tone: "" };
  const left = daysBetween(day, task.due.slice(0, 10));
  if (left < 0) return { text: t(left === -1 ? "due.yesterday" : "due.late", { n: -left }), tone: "bad" };
  if (left === 0) return { text: t("due.today"), tone: "warn" };
  if (left === 1) return { text: t("due.tomorrow"), tone: "warn" };
  if (left <= 7) return { text: t("due.soon", { n: left }), tone: "" };
  return { text: t("due.on", { date: task.due.slice(0, 10) }), tone: "" };
}

/** What the page at the shop tells of a task; the shop reads it over the officer's shoulder. */
export interface AtShop {
  uid: string;
  what: string;
  due: { text: string; tone: "bad" | "warn" | "" };
  number: string;
  appointment: string;
  check_code: string;
  code?: string;
  code_words?: string;
  scanned?: string | null;
}

/** Nothing there tells a visit that a complaint set off, or one that was not announced, from any other: that stands in Today. */
export function atShop(task: Task, day: string): AtShop {
  const { uid, number, check_code, code, code_words, scanned } = task;
  const what = t(task.kind === "recheck" ? "purpose.recheck" : "shop.visit");
  return { uid, what, due: dueOf(task, day), number, appointment: task.appointment?.slice(5) ?? "", check_code: check_code ?? "", code, code_words, scanned };
}

/** Tasks of one shop, and how far it is from here in metres (null when either place is unknown). */
export interface Stop {
  uid: string;
  shop: Premises | undefined;
  tasks: Task[];
  metres: number | null;
}

/** Sorted tasks by shop; a shop stands where the most urgent of its tasks does. */
export function byShop(sorted: Task[], shops: Map<string, Premises>, here: Place | null): Stop[] {
  const stops = new Map<string, Stop>();
  for (const task of sorted) {
    const shop = shops.get(task.premises);
    const known = stops.get(task.premises);
    if (known) known.tasks.push(task);
    else stops.set(task.premises, { uid: task.premises, shop, tasks: [task], metres: metresTo(shop, here) });
  }
  return [...stops.values()];
}

function metresTo(shop: Premises | undefined, here: Place | null): number | null {
  return shop?.lat && shop.lon && here ? metresBetween(here, { lat: shop.lat, lon: shop.lon }) : null;
}

const FAR = 1e9;

/** Nearest first; shops whose place is unknown stay behind in their order. */
export function byDistance(stops: Stop[]): Stop[] {
  return [...stops].sort((a, b) => (a.metres ?? FAR) - (b.metres ?? FAR));
}

/** 850 m, 1.2 km, 14 km: as exact as a phone's place is. */
export function distanceWords(metres: number): string {
  if (metres < 1000) return t("distance.metres", { n: Math.max(10, Math.round(metres / 10) * 10) });
  return t("distance.km", { n: metres < 10_000 ? (metres / 1000).toFixed(1) : Math.round(metres / 1000) });
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

/** Whether he can go along to a place of that area; to one that is in nobody's area, anybody can. */
export function worksAt({ areas }: Colleague, area: string): boolean {
  return !areas || !area || areas.some((one) => area.startsWith(one));
}
