/** Is the phone's clock right? Its times stand on papers that people sign. */
import { t } from "./i18n";
import { localDate } from "./workdays";

const MINUTE = 60_000;
/** Less than this is the ordinary drift of a phone. */
const NOTABLE = 5 * MINUTE;

let known = 0;

/** Keeps how far this phone's clock was ahead when it last spoke with the server, in milliseconds. */
export function tellSkew(ms: number): void {
  known = ms;
}

/** The legal day of now by the right clock: what is overdue or in force goes by it, whatever the phone shows. */
export function today(): string {
  return localDate(rightNow(known));
}

/** Now by the server's clock, as far as this phone knows its own error: legal days are counted from it. */
export function rightNow(skew: number, now = Date.now()): Date {
  return new Date(Math.abs(skew) < NOTABLE ? now : now - skew);
}

/** How wrong the clock is, as a sentence; empty when it is right as far as this phone can know. */
export function clockWords(skew: number, lastSync: string, now = Date.now()): string {
  // set back since: the last talk with the server then lies in the future
  if (lastSync && now < Date.parse(lastSync) - NOTABLE) return t("clock.back");
  if (Math.abs(skew) < NOTABLE) return "";
  return t(skew > 0 ? "clock.fast" : "clock.slow", { span: span(Math.abs(skew)) });
}

function span(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 60) return t("clock.minutes", { n: minutes });
  if (minutes < 48 * 60) return t("clock.hours", { n: Math.round(minutes / 60) });
  return t("clock.days", { n: Math.round(minutes / (24 * 60)) });
}
