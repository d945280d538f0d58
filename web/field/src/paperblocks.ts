/** The pieces that a paper on the phone consists of. */
import type { Wording } from "./paperwords";
import type { Refused } from "./record";

export type Block =
  | { kind: "rows"; rows: [string, string][] }
  | { kind: "text"; text: string; strong?: boolean }
  | { kind: "table"; title: string; note: string; head: string[]; rows: string[][] };

export const text = (value: string, strong = false): Block => ({ kind: "text", text: value, strong });

export function witnessed(words: Wording, { witness, no_witness }: Refused): string {
  return witness || (no_witness ? words.say("no_witness_why", { why: no_witness }) : words.say("no_witness"));
}

export function refusal(words: Wording, refused: Refused): Block {
  return text(words.say("refused", { reason: refused.reason, witness: witnessed(words, refused) }));
}
