/** Is the phone's clock right? Its times stand on papers that people sign. */
import { t } from "./i18n";
import { localDate } from "./workdays";

const MINUTE = 60_000;
/** Less than this is the ordinary drift of a phone. */
const NOTABLE = 5 * MINUTE;

let measured = 0;
let lastTalk = NaN;

/** Keeps how far this phone's clock was ahead when it last spoke with the server (ms), and what it showed then. */
export function tellSkew(ms: number, lastSync = ""): void {
  measured = ms;
  lastTalk = Date.parse(lastSync);
}

/**
 * How far the phone's clock is ahead now, in milliseconds. It is what was measured, unless somebody set the clock back
 * since, so that the last talk lies in the future: where the clock can be right now, it was set right; where it cannot,
 * since it shows an hour before that talk, it is not earlier than the talk was.
 */
export function skewNow(now = Date.now()): number {
  if (!(now < lastTalk - NOTABLE)) return measured;
  const talked = lastTalk - measured;
  return now >= talked - NOTABLE ? 0 : now - talked;
}

/** The legal day of now by the right clock: what is overdue or in force goes by it, whatever the phone shows. */
export function today(): string {
  return localDate(rightNow());
}

/** Now by the server's clock, as far as this phone knows its own error: legal days are counted from it. */
export function rightNow(now = Date.now()): Date {
  const skew = skewNow(now);
  return new Date(Math.abs(skew) < NOTABLE ? now : now - skew);
}

/** How wrong the clock is, as a sentence; empty when it is right as far as this phone can know. */
export function clockWords(now = Date.now()): string {
  const skew = skewNow(now);
  if (Math.abs(skew) < NOTABLE) return "";
  if (now < lastTalk - NOTABLE) return t("clock.back");
  return t(skew > 0 ? "clock.fast" : "clock.slow", { span: span(Math.abs(skew)) });
}

function span(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 60) return t("clock.minutes", { n: minutes });
  if (minutes < 48 * 60) return t("clock.hours", { n: Math.round(minutes / 60) });
  return t("clock.days", { n: Math.round(minutes / (24 * 60)) });
}
