/** Which due shops are near. */
import type { DueShop, Premises } from "./contract";
import { metresBetween } from "./geo";
import type { Place } from "./record";

/** "Near": a walk. */
export const NEAR = 500;

/** A shop near by that is due, and how far it is (metres of the straight line). */
export interface Near {
  shop: Premises;
  due: DueShop;
  metres: number;
}

/** Due shops near a place, by distance; those in `taken` (a task, a draft, visited today) left out. */
export function nearOnes(due: DueShop[], shops: Map<string, Premises>, place: Place, taken: Set<string>, most = 20): Near[] {
  const found: Near[] = [];
  for (const one of due) {
    const shop = shops.get(one.premises);
    if (!shop?.lat || !shop.lon || taken.has(one.premises)) continue;
    found.push({ shop, due: one, metres: metresBetween(place, { lat: shop.lat, lon: shop.lon }) });
  }
  return found.sort((a, b) => a.metres - b.metres || a.due.due.localeCompare(b.due.due)).slice(0, most);
}
