/**
 * What somebody chose for this phone: light, size of text, language. It is at hand before the first page is drawn
 * (localStorage), and stands in the phone's own store as well: a browser that is killed may lose what it had not yet
 * written down of the former, a minute's worth and more.
 */
import { profileDb } from "./profiles";

/** What was chosen, as far as it is at hand at once. */
export function choice(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // private windows refuse storage: a choice then holds until the app is closed
  }
}

export function choose(key: string, value: string): void {
  atHand(key, value);
  void profileDb.choices.put({ key, value }).catch(() => undefined);
}

function atHand(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // it then holds until the app is closed
  }
}

/** What the browser lost of it, by key; it is at hand again from now on. */
export async function lostChoices(): Promise<Map<string, string>> {
  const kept = await profileDb.choices.toArray().catch(() => []);
  const lost = kept.filter(({ key, value }) => choice(key) !== value);
  for (const { key, value } of lost) atHand(key, value);
  return new Map(lost.map(({ key, value }) => [key, value]));
}
