/** Is the phone's clock right? Its times stand on papers that people sign. */
import { t } from "./i18n";

const MINUTE = 60_000;
/** Less than this is the ordinary drift of a phone. */
const NOTABLE = 5 * MINUTE;

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
