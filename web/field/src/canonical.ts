/**
 * Canonical JSON: what is signed and digested. Keys sorted by code point, no spaces, UTF-8, integers or strings only.
 * The server's `kernel.evidence.digest.canonical` writes the same bytes.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** Order of two keys by code point (JavaScript's own order is by UTF-16 unit, which differs beyond U+FFFF). */
export function byCodePoint(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const diff = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (diff) return diff;
  }
  return left.length - right.length;
}

/** Text without lone surrogates, which have no UTF-8 form (a keyboard can leave half an emoji behind). */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/** Canonical text of a value. Members that are undefined are left out; a number that is no safe integer is an error. */
export function canonicalText(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not an integer: ${value}`);
    return String(value === 0 ? 0 : value); // -0 becomes 0
  }
  if (typeof value === "string") return JSON.stringify(wellFormed(value));
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const members = Object.keys(value).filter((key) => value[key] !== undefined);
  members.sort(byCodePoint);
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key]!)}`).join(",")}}`;
}

/** Canonical UTF-8 bytes of a value. */
export function canonical(value: Json): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalText(value)) as Uint8Array<ArrayBuffer>;
}
