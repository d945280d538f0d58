/** What a failed item leads to, and the result of the whole: the pack's rules, run the same here and on the server. */
import type { CheckItem, DecideRules, Limit, Measure, Result } from "./contract";
import type { Answer, Reading } from "./record";

export interface Judged {
  key: boolean;
  safety: boolean;
  corrected: boolean;
}

export interface ItemVerdict {
  measure: Measure;
  basis: string;
}

/** First rule whose every condition holds; a rule without conditions always does. */
export function decideItem(rules: DecideRules, item: Judged): ItemVerdict {
  for (const rule of rules.item) {
    const wanted = Object.entries(rule.if) as [keyof Judged, boolean][];
    if (wanted.every(([name, value]) => item[name] === value)) {
      return { measure: rule.measure, basis: rule.basis ?? "" };
    }
  }
  throw new Error("decide: no rule fits the item");
}

/** Counts that the overall rules may name. */
export function counts(failed: Judged[]): Record<string, number> {
  return {
    failed: failed.length,
    failed_key: failed.filter((f) => f.key).length,
    failed_key_open: failed.filter((f) => f.key && !f.corrected).length,
    failed_general: failed.filter((f) => !f.key).length,
    failed_safety: failed.filter((f) => f.safety).length,
    failed_corrected: failed.filter((f) => f.corrected).length,
  };
}

function within(n: number, [min, max]: [number | null, number | null]): boolean {
  return (min === null || n >= min) && (max === null || n <= max);
}

/** Result of the whole visit from its failed items; first rule that fits wins. */
export function decideOverall(rules: DecideRules, failed: Judged[]): { result: Result; basis: string } {
  const n = counts(failed);
  for (const rule of rules.overall) {
    const fits = Object.entries(rule.if).every(([name, range]) => {
      const count = n[name];
      if (count === undefined) throw new Error(`decide: unknown count ${name}`);
      return within(count, range);
    });
    if (fits) return { result: rule.result, basis: rule.basis ?? "" };
  }
  throw new Error("decide: no rule fits the visit");
}

const GRAVITY: Result[] = ["compliant", "basically_compliant", "non_compliant"];

/** The gravest of some results; undefined for none. */
export function gravest(results: Result[]): Result | undefined {
  return [...results].sort((a, b) => GRAVITY.indexOf(b) - GRAVITY.indexOf(a))[0];
}

/** Whether a measured value keeps its limits (inclusive). Values are decimal text. */
export function withinLimits(value: string, { min, max }: Pick<Limit, "min" | "max">): boolean {
  const n = Number(value);
  return (min == null || n >= Number(min)) && (max == null || n <= Number(max));
}

/** What is measured at an item: one kind, or several with limits of their own; nothing at one that is only tapped. */
export function limitsOf({ answer }: Pick<CheckItem, "answer">): Limit[] {
  if (answer.type !== "number") return [];
  return answer.limits ?? [{ of: "", min: answer.min, max: answer.max, unit: answer.unit }];
}

/** All that was measured; the one value of an item with one limit is of no kind. */
export function readingsOf(answer: Answer | undefined): Reading[] {
  if (!answer) return [];
  return answer.readings ?? (answer.value ? [{ of: "", value: answer.value, ...(answer.unit ? { unit: answer.unit } : {}) }] : []);
}

/** The readings that do not keep the limits of their kind. */
export function outside(item: Pick<CheckItem, "answer">, readings: Reading[]): Reading[] {
  const limits = new Map(limitsOf(item).map((limit) => [limit.of, limit]));
  return readings.filter(({ of, value }) => !withinLimits(value, limits.get(of) ?? {}));
}

/** Whether all is measured that the item wants before it can be called compliant: one value, and each that is due. */
export function measuredWhole(item: Pick<CheckItem, "answer">, readings: Reading[]): boolean {
  const given = new Set(readings.map(({ of }) => of));
  return readings.length > 0 && limitsOf(item).every(({ of, due }) => !due || given.has(of));
}

/** A reading in words: "9 ℃", or "冷藏 9 ℃". */
export const readingSaid = ({ of, value, unit = "" }: Reading): string => `${of} ${value} ${unit}`.trim();

/** A typed number as plain decimal text ("11,5 " → "11.5", "-18" stays), or null when it is none. */
export function decimal(typed: string): string | null {
  const plain = typed
    .trim()
    .replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[−－]/g, "-")
    .replace(/[,，．。]/g, ".");
  const match = /^([+-]?)(\d{1,9})(?:\.(\d{0,6}))?$/.exec(plain);
  if (!match) return null;
  const whole = match[2]!.replace(/^0+(?=\d)/, "");
  const digits = match[3] ? `${whole}.${match[3]}` : whole;
  return match[1] === "-" && Number(digits) !== 0 ? `-${digits}` : digits;
}
