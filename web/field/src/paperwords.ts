/** The wording of one form, from the pack: sentences with {places}, tables of words, dates as official papers write them. */

type Texts = { [key: string]: string | Texts };

export class Wording {
  constructor(private texts: Texts) {}

  /** A sentence with its places filled; a word that the form lacks is shown by its key, so that nothing vanishes. */
  say(key: string, places: Record<string, string | number> = {}): string {
    const sentence = this.texts[key];
    if (typeof sentence !== "string") return key;
    return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in places ? String(places[name]) : whole));
  }

  /** The sentence as it stands, its places unfilled; none where the form has none. */
  maybe(key: string): string | undefined {
    const sentence = this.texts[key];
    return typeof sentence === "string" ? sentence : undefined;
  }

  has(key: string): boolean {
    return typeof this.texts[key] === "string";
  }

  /** A word of one of the form's tables (purposes, results, signers); empty when it has none. */
  of(table: string, key: string): string {
    const words = this.texts[table];
    const word = typeof words === "object" ? words[key] : undefined;
    return typeof word === "string" ? word : "";
  }

  /** All words of a table with a ticked box before the one chosen. */
  choices(table: string, chosen: string): string {
    const words = this.texts[table];
    if (typeof words !== "object") return "";
    return Object.entries(words).map(([key, word]) => `${this.tick(key === chosen)}${String(word)}`).join("　");
  }

  tick(on: boolean): string {
    return on ? "☑" : "□";
  }

  list(nos: string[]): string {
    return nos.length ? nos.join("、") : this.say("none");
  }

  /** 2026-11-23 as 2026年11月23日. */
  date(iso: string): string {
    const [y, m, d] = iso.slice(0, 10).split("-").map(Number);
    return `${y}年${m}月${d}日`;
  }

  /** To the minute: 2026年11月23日9时5分. */
  minute(iso: string): string {
    const [h, min] = iso.slice(11, 16).split(":").map(Number);
    return `${this.date(iso)}${h}时${min}分`;
  }
}
