/**
 * How an enterprise's year of visits stands, from the last pull: the server's rule (`fair/capping.py`). The shop reads it over
 * the officer's shoulder, so it tells what counts and no more: how many stand outside would tell that a complaint set one off.
 */
import type { Premises, Purpose, Years } from "./contract";
import { t } from "./i18n";

export interface Standing {
  year: number;
  counted: number;
  /** Each cap with what counts against it. */
  bounds: [number, number][];
  /** Whether one more visit that counts would pass a cap. */
  reached: boolean;
}

/** The cap on all visits and that on visits of the purpose; null: none. A grade's takes the place of the common one. */
export function caps(cap: Years["cap"], purpose: string, grade: string): [number | null, number | null] {
  if (cap === null || typeof cap === "number") return [cap, null];
  return [(grade ? cap[grade] : undefined) ?? cap.any ?? null, cap[purpose] ?? null];
}

/** Null while the phone was never told. */
export function standing(years: Years | null, shop: Pick<Premises, "uid" | "entity" | "risk">, purpose: Purpose): Standing | null {
  if (!years) return null;
  const uid = years.by_premises ? shop.uid : shop.entity.uid;
  const counted: { [purpose: string]: number } = years.visits.find((each) => each.of === uid)?.counted ?? {};
  const total = Object.values(counted).reduce((sum, n) => sum + n, 0);
  const most = caps(years.cap, purpose, shop.risk ?? "");
  const bounds = [total, counted[purpose] ?? 0].flatMap((n, i): [number, number][] => (most[i] === null ? [] : [[n, most[i]!]]));
  return { year: years.year, counted: total, bounds, reached: bounds.some(([n, cap]) => n >= cap) };
}

/** The year in one sentence. */
export function yearSaid({ year, counted, bounds, reached }: Standing): string {
  const [n, cap] = [...bounds].sort((a, b) => a[1] - a[0] - (b[1] - b[0]))[0] ?? [counted, null];
  const said = [cap === null ? t(n === 1 ? "year.free_one" : "year.free", { year, n }) : t(n === 1 ? "year.cap_one" : "year.cap", { year, n, cap })];
  if (reached) said.push(t("year.reached"));
  return said.join(" ");
}
