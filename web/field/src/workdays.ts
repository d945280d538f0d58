/** Legal days and working days on the phone, from the calendar that the server sent. Dates are YYYY-MM-DD. */
import type { Calendar } from "./contract";

const DAY = 86_400_000;

export function addDays(date: string, n: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + n * DAY).toISOString().slice(0, 10);
}

/** Whole days from a to b; negative when b is earlier. */
export function daysBetween(a: string, b: string): number {
  return Math.round((Date.parse(`${b}T00:00:00Z`) - Date.parse(`${a}T00:00:00Z`)) / DAY);
}

let place: string | undefined;
let shown: Intl.DateTimeFormat | undefined;
/** Offsets of quarters of an hour, the shortest for which any zone has ever changed its own: asking Intl is slow. */
const offsets = new Map<number, number>();
const QUARTER = 900_000;

/** Tell times as the place tells them, whatever the phone is set to: its papers and the server's must agree. */
export function tellTimesOf(zone: string | undefined): void {
  if (zone === place) return;
  [place, shown] = [zone, undefined];
  offsets.clear();
}

/** Minutes by which the place's clocks are before UTC at that instant; the phone's own where no place is known. */
function ahead(at: Date): number {
  if (!place) return -at.getTimezoneOffset();
  const quarter = Math.floor(at.getTime() / QUARTER);
  const known = offsets.get(quarter) ?? offsetAt(new Date(quarter * QUARTER));
  offsets.set(quarter, known);
  return known;
}

function offsetAt(at: Date): number {
  shown ??= new Intl.DateTimeFormat("en-CA", { timeZone: place, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
  const part = Object.fromEntries(shown.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const wall = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!);
  return Math.round((wall - at.getTime()) / 60_000);
}

/** Date of an instant where the visit is. */
export function localDate(at: Date): string {
  return localTime(at).slice(0, 10);
}

/** ISO-8601 with the place's offset, to the second: 2026-11-23T10:14:05+08:00. */
export function localTime(at: Date): string {
  const shift = ahead(at);
  const sign = shift < 0 ? "-" : "+";
  const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, "0");
  const wall = new Date(at.getTime() + shift * 60_000).toISOString().slice(0, 19);
  return `${wall}${sign}${two(shift / 60)}:${two(Math.abs(shift) % 60)}`;
}

export interface WorkDay {
  works: boolean;
  /** True when the published calendar does not reach this day and only weekends were left out. */
  provisional: boolean;
}

export function workDay(calendar: Calendar | null, date: string): WorkDay {
  if (calendar && date >= calendar.from && date <= calendar.to) {
    return { works: !calendar.off.includes(date), provisional: false };
  }
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return { works: weekday !== 0 && weekday !== 6, provisional: true };
}

/** The n-th working day after `date` (the day itself does not count). */
export function addWorkingDays(calendar: Calendar | null, date: string, n: number): { date: string; provisional: boolean } {
  let provisional = false;
  let day = date;
  for (let left = n; left > 0; ) {
    day = addDays(day, 1);
    const kind = workDay(calendar, day);
    provisional = provisional || kind.provisional;
    if (kind.works) left -= 1;
  }
  return { date: day, provisional };
}

/** Last day of a limit that starts on `date`: unit "working_days" or "days". */
export function deadlineFrom(
  calendar: Calendar | null,
  date: string,
  limit: { days: number; unit: string },
): { date: string; provisional: boolean } {
  if (/work/.test(limit.unit)) return addWorkingDays(calendar, date, limit.days);
  return { date: addDays(date, limit.days), provisional: false };
}
