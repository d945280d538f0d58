/** Printing what stands on the page, with no network: by the system's window, or as dots to a receipt printer. */
import { DOTS, job, paperEnded, trimmed, type Bitmap } from "./escpos";
import { overBluetooth, overSerial, overUsb, paperOf, type Bluetooth, type Port, type Serial, type Usb } from "./ports";
import { choosePrinter, printer, type Paper, type Printer } from "./printer";
import { printByShell } from "./shell";
import { meaning, Trouble } from "./trouble";

const MM = 96 / 25.4;
/** One line more than measured: a line that breaks otherwise must not bring a second page. */
const SPARE_MM = 5;
/** Left and right of a slip nothing can be printed. */
const EDGE_MM = { 58: 5, 80: 4 } as const;

/** The pages of the system's print window: one as long as the slip, so that the roll is not fed in vain. */
export function pageRule(paper: Paper, heightMm: number): string {
  if (paper === "a4") return "@page { size: A4; margin: 20mm 18mm; }";
  return `@page { size: ${paper}mm ${Math.ceil(heightMm) + 4 + SPARE_MM}mm; margin: 2mm ${EDGE_MM[paper]}mm; }`;
}

/** How long a sheet is on the roll: measured as it is printed, since letters run a little otherwise on the screen. */
function lengthMm(sheet: HTMLElement, paper: Paper): number {
  const frame = document.createElement("div");
  frame.classList.add("roll", `roll-${paper}`, "as-printed");
  frame.append(sheet.cloneNode(true));
  document.body.append(frame);
  const { height } = frame.getBoundingClientRect();
  frame.remove();
  return height / MM;
}

/** Opens the system's window on these sheets; the class on the root says what of the page is printed, and how wide. */
export function printBySystem(sheets: HTMLElement[], { paper }: Printer): void {
  const longest = Math.max(...sheets.map((one) => lengthMm(one, paper)));
  const rules = new CSSStyleSheet();
  rules.replaceSync(`@media print { ${pageRule(paper, longest)} }`);
  const before = document.adoptedStyleSheets;
  document.adoptedStyleSheets = [...before, rules];
  try {
    window.print();
  } finally {
    document.adoptedStyleSheets = before;
  }
}

/** The browser's port to the printer that was chosen; `anew` asks the person which. */
export function portOf(way: Printer["way"], anew: boolean, of: Navigator = navigator): Promise<Port> {
  const has = of as unknown as { bluetooth?: Bluetooth; usb?: Usb; serial?: Serial };
  if (way === "bluetooth" && has.bluetooth) return overBluetooth(has.bluetooth, anew);
  if (way === "usb" && has.usb) return overUsb(has.usb, anew);
  if (way === "serial" && has.serial) return overSerial(has.serial, anew);
  throw new Trouble("none");
}

/** Sends pictures to an open port, each cut off behind it. Throws Trouble where the paper has come to its end. */
export async function printTo(port: Port, pictures: Bitmap[], printed: (n: number) => void = () => undefined): Promise<void> {
  if (paperEnded(await paperOf(port))) throw new Trouble("no_paper");
  for (const [n, picture] of pictures.entries()) {
    for (const piece of job(picture)) await port.write(piece);
    if (paperEnded(await paperOf(port))) throw new Trouble("no_paper");
    printed(n + 1);
  }
}

/**
 * Prints pictures on the remembered printer. Throws Trouble, which says why in words; nothing that was kept is touched,
 * so it can be done again. `anew`: the person is asked for the device even where one is known.
 */
export async function printPictures(pictures: Bitmap[], printed: (n: number) => void = () => undefined, anew = false): Promise<void> {
  const { way, name } = printer.value;
  try {
    if (way === "shell") {
      for (const [n, picture] of pictures.entries()) {
        choosePrinter({ name: (await printByShell(trimmed(picture))) || name });
        printed(n + 1);
      }
      return;
    }
    const port = await portOf(way, anew);
    try {
      await printTo(port, pictures, printed);
      if (port.name) choosePrinter({ name: port.name });
    } finally {
      await port.close().catch(() => undefined); // gone by itself
    }
  } catch (reason) {
    throw meaning(reason);
  }
}

export const dotsAcross = (paper: Paper): number => (paper === "a4" ? DOTS[80] : DOTS[paper]);
