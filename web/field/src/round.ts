/** Today as a way from shop to shop: what is to be done today, in the order that was kept or from where one stands. */
import { rightNow } from "./clock";
import type { DayOrder, Pace, Task } from "./contract";
import type { Place } from "./record";
import { simple, straight, walk, type Plan, type Stop as RouteStop, type Visit } from "./route";
import { appointmentOf, dayOf, type Stop } from "./tasks";
import { localTime } from "./workdays";

/** Where the server says nothing of its pace yet: a plain town's day. */
const USUAL: Pace = { detour: 130, speed: 25, begins: 30_600, ends: 63_000, visit: 45, again: 20 };
/** How far one may have gone before the order is made anew, in metres. */
export const STEP = 150;

/** A shop of today with its hour; `visit` null where nobody knows where it is. */
export interface Leg {
  stop: Stop;
  no: number;
  visit: Visit | null;
}

export interface Round {
  legs: Leg[];
  /** Those of another day. */
  later: Stop[];
  metres: number;
  ends: number | null;
  /** "hand": as somebody put it; "kept": as worked out by the server; "here": from where the phone is; "date": by dates. */
  from: "hand" | "kept" | "here" | "date";
}

/** Seconds after midnight by the place's clocks. */
export function secondsNow(now = rightNow()): number {
  const [hours, minutes, seconds] = localTime(now).slice(11, 19).split(":").map(Number);
  return hours! * 3600 + minutes! * 60 + seconds!;
}

/** Seconds after midnight as people say them: 09:05. */
export function hourOf(seconds: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  return `${two(seconds / 3600)}:${two((seconds % 3600) / 60)}`;
}

/** The promised time of a task on a day. */
export function promised(task: Task, day: string): [number, number] | null {
  const found = appointmentOf(task);
  if (!found || found[0] !== day) return null;
  const [h, m, k, l] = found.slice(1).map(Number);
  return [h! * 3600 + m! * 60, k! * 3600 + l! * 60];
}

/** Whether a task is one of today: its day is this one, or went by. */
export function isOf(task: Task, day: string): boolean {
  const on = dayOf(task, day);
  return on !== null && on <= day;
}

function routeStop(stop: Stop, pace: Pace, day: string): RouteStop {
  const mine = stop.tasks.filter((task) => isOf(task, day));
  const seconds = mine.reduce((sum, task) => sum + (task.kind === "recheck" ? pace.again : pace.visit) * 60, 0);
  const hours = mine.map((task) => promised(task, day)).find((each) => each !== null) ?? null;
  return { key: stop.uid, seconds, opens: hours?.[0] ?? null, closes: hours?.[1] ?? null, weight: hours ? 3 : 2 };
}

/** From when to when: from now on; once the day is over, as a whole. */
function hoursOf(pace: Pace, now: number): [number, number] {
  return [now < pace.ends ? Math.max(pace.begins, now) : pace.begins, pace.ends];
}

export interface Asked {
  place: Place | null;
  pace?: Pace;
  kept: DayOrder | null;
  day: string;
  now: number;
  /** Make it anew from here, though somebody had put it otherwise. */
  anew?: boolean;
}

/** The round of today: `stops` are the shops by urgency (`byShop`). */
export function roundOf(stops: Stop[], { place, pace = USUAL, kept, day, now, anew }: Asked): Round {
  const todays = stops.filter((stop) => stop.tasks.some((task) => isOf(task, day)));
  const later = stops.filter((stop) => !todays.includes(stop));
  const known = todays.filter((stop) => stop.shop?.lat && stop.shop.lon);
  const order = kept && kept.day === day ? kept.order : [];
  const rank = (stop: Stop) => (order.includes(stop.uid) ? order.indexOf(stop.uid) : order.length);
  const sorted = order.length ? [...known].sort((a, b) => rank(a) - rank(b)) : known;
  const matrix = straight([place, ...sorted.map(({ shop }) => ({ lat: shop!.lat!, lon: shop!.lon! }))], pace.detour, pace.speed);
  const routed = sorted.map((stop) => routeStop(stop, pace, day));
  const hours = hoursOf(pace, now);
  const all = sorted.map((_, n) => n);
  const byHand = !!kept?.by_hand && order.length > 0 && !anew;
  const here = !byHand && !!place && sorted.length > 0;
  const plan: Plan = here ? simple(routed, matrix, hours, all.filter((n) => order.includes(sorted[n]!.uid))) : walk(all, routed, matrix, hours, true);
  const visits = [...plan.visits, ...plan.missed];
  const legs: Leg[] = visits.map((visit, n) => ({ stop: sorted[visit.stop]!, no: n + 1, visit }));
  const nowhere = todays.filter((stop) => !known.includes(stop)).map((stop) => ({ stop, no: 0, visit: null }));
  const last = plan.visits[plan.visits.length - 1];
  return {
    legs: [...legs, ...nowhere],
    later,
    metres: plan.visits.reduce((sum, one) => sum + one.metres, 0),
    ends: last ? last.ends : null,
    from: byHand ? "hand" : here ? "here" : order.length ? "kept" : "date",
  };
}
