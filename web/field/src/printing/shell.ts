/**
 * The Android shell's bridge, where the app runs in one (docs/android-shell.md). It is an object `zhijianShell` that the
 * shell puts there for this origin only; both sides send JSON texts. Everything works without it.
 */
import type { Bitmap } from "./escpos";
import { Trouble, type TroubleKind } from "./trouble";

export interface ShellPort {
  postMessage(text: string): void;
  onmessage: ((event: { data: string }) => void) | null;
}

type Reply = { id: number; ok: boolean; why?: string; told?: string; printer?: string };
type Told = Reply | { event: "scanned"; text: string };

const PRINTING_MS = 90_000;
const KNOWN: readonly TroubleKind[] = ["no_paper", "out_of_range", "denied", "busy", "off", "none"];
const waiting = new Map<number, (reply: Reply) => void>();
let last = 0;
let heard: ((text: string) => void) | null = null;

function port(): ShellPort | undefined {
  return (globalThis as { zhijianShell?: ShellPort }).zhijianShell;
}

export const hasShell = (): boolean => typeof port()?.postMessage === "function";

function take({ data }: { data: string }): void {
  let told: Told;
  try {
    told = JSON.parse(data) as Told;
  } catch {
    return; // not ours
  }
  if ("event" in told) {
    if (told.event === "scanned" && typeof told.text === "string") heard?.(told.text);
    return;
  }
  waiting.get(told.id)?.(told);
  waiting.delete(told.id);
}

function ask(what: object): Promise<Reply> {
  const shell = port();
  if (!shell) throw new Trouble("none");
  shell.onmessage = take;
  const id = ++last;
  return new Promise((done, fail) => {
    const late = setTimeout(() => {
      waiting.delete(id);
      fail(new Trouble("silent"));
    }, PRINTING_MS);
    waiting.set(id, (reply) => {
      clearTimeout(late);
      if (reply.ok) done(reply);
      else fail(new Trouble(KNOWN.find((kind) => kind === reply.why) ?? "other", reply.told));
    });
    shell.postMessage(JSON.stringify({ id, ...what }));
  });
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Hands a picture over and waits until it is printed. Throws Trouble. Returns what the printer calls itself. */
export async function printByShell({ width, height, bits }: Bitmap): Promise<string> {
  const reply = await ask({ do: "print", width, height, bits: base64(bits) });
  return reply.printer ?? "";
}

/** What the shell's scanner reads from now on (a key on the side of the device); null: nobody listens any more. */
export function onScanned(listener: ((text: string) => void) | null): void {
  heard = listener;
  const shell = port();
  if (shell) shell.onmessage = take;
}
