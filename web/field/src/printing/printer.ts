/** Which printer this phone has, and how it is reached; remembered on this phone. */
import { computed, ref } from "vue";
import type { Width } from "./escpos";
import { hasShell } from "./shell";

/** By the system's own print window, or straight to a receipt printer. */
export type Way = "system" | "bluetooth" | "usb" | "serial" | "shell";
export type Paper = "a4" | Width;

export interface Printer {
  way: Way;
  paper: Paper;
  /** As it calls itself; empty where nobody told. */
  name: string;
}

const REMEMBERED = "zhijian-field-printer";
const PAPERS: Paper[] = ["a4", 58, 80];
const AT_FIRST: Printer = { way: "system", paper: "a4", name: "" };

/** What this browser can reach. The system's window is always there. */
export function ways(of: Navigator = navigator): Way[] {
  const has = (name: string) => name in of && !!(of as unknown as Record<string, unknown>)[name];
  return [
    ...(hasShell() ? (["shell"] as const) : []),
    "system",
    ...(has("bluetooth") ? (["bluetooth"] as const) : []),
    ...(has("usb") ? (["usb"] as const) : []),
    ...(has("serial") ? (["serial"] as const) : []),
  ];
}

/** Which papers a way has: a receipt printer has none of A4. */
export const papersOf = (way: Way): Paper[] => (way === "system" ? PAPERS : [58, 80]);

/** What was remembered, as far as it makes sense still. */
export function readPrinter(stored: string | null): Printer {
  try {
    const { way, paper, name } = JSON.parse(stored ?? "") as Partial<Printer>;
    const fits = way !== undefined && ways().includes(way) && paper !== undefined && papersOf(way).includes(paper);
    return fits ? { way, paper, name: typeof name === "string" ? name : "" } : AT_FIRST;
  } catch {
    return AT_FIRST;
  }
}

function remembered(): Printer {
  try {
    return readPrinter(localStorage.getItem(REMEMBERED));
  } catch {
    return AT_FIRST;
  }
}

export const printer = ref<Printer>(remembered());

/** Another way keeps its paper where it has that; another device has another name. */
export function choosePrinter(change: Partial<Printer>): void {
  const next = { ...printer.value, ...("way" in change ? { name: "" } : {}), ...change };
  if (!papersOf(next.way).includes(next.paper)) next.paper = papersOf(next.way)[0]!;
  printer.value = next;
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(next));
  } catch {
    // as with the theme: it then holds until the app is closed
  }
}

export const narrow = computed(() => printer.value.paper !== "a4");
