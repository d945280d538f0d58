/** What a receipt printer understands (ESC/POS): a picture in lines of dots, feed, cut, and the question for paper. Pure. */

/** Dots across: paper of 58 mm and of 80 mm at 203 dots an inch (8 a millimetre), as nearly every such printer has it. */
export const DOTS = { 58: 384, 80: 576 } as const;
export type Width = keyof typeof DOTS;

/** One bit a dot, black is 1, the leftmost dot the highest bit; each line begins with a byte of its own. */
export interface Bitmap {
  width: number;
  height: number;
  bits: Uint8Array;
}

/** Brighter than this is paper: grey edges of letters are kept, since thermal heads print them thin. */
const PAPER = 176;
/** Lines in one command: 64 × 72 bytes stay below the smallest buffer in use (8 kB). */
const BAND = 64;
const [ESC, GS, DLE, EOT] = [0x1b, 0x1d, 0x10, 0x04];

/** Pixels (RGBA, as a canvas gives them; what is clear is paper) as dots. */
export function dotsOf(rgba: Uint8ClampedArray, width: number, height: number): Bitmap {
  const line = Math.ceil(width / 8);
  const bits = new Uint8Array(line * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const clear = 255 - rgba[at + 3]!;
      const light = ((0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]!) * rgba[at + 3]!) / 255 + clear;
      if (light < PAPER) bits[y * line + (x >> 3)]! |= 0x80 >> (x & 7);
    }
  }
  return { width, height, bits };
}

/** Without the white lines at its end, which would be paper for nothing. */
export function trimmed({ width, height, bits }: Bitmap): Bitmap {
  const line = Math.ceil(width / 8);
  let last = height;
  while (last > 0 && bits.subarray((last - 1) * line, last * line).every((byte) => byte === 0)) last--;
  return { width, height: last, bits: bits.slice(0, last * line) };
}

/** The picture as commands `GS v 0`, band after band, so that no printer must hold all of it. */
export function raster({ width, height, bits }: Bitmap): Uint8Array[] {
  const line = Math.ceil(width / 8);
  const bands: Uint8Array[] = [];
  for (let y = 0; y < height; y += BAND) {
    const n = Math.min(BAND, height - y);
    const head = [GS, 0x76, 0x30, 0, line & 0xff, line >> 8, n & 0xff, n >> 8];
    const band = new Uint8Array(head.length + n * line);
    band.set(head);
    band.set(bits.subarray(y * line, (y + n) * line), head.length);
    bands.push(band);
  }
  return bands;
}

/** Reset: whatever another app left set. */
export const BEGIN = new Uint8Array([ESC, 0x40]);
/** Four lines up to the tear bar, and a cut where the printer has a knife (others ignore it). */
export const END = new Uint8Array([ESC, 0x64, 4, GS, 0x56, 0x42, 0]);
/** "How is the paper?": answered at once with one byte, by printers that answer at all. */
export const PAPER_STATUS = new Uint8Array([DLE, EOT, 4]);

/** Whether the answer says that the paper has come to its end; null for what is no answer. */
export function paperEnded(answer: Uint8Array | null): boolean | null {
  const byte = answer?.[answer.length - 1];
  if (byte === undefined || (byte & 0x93) !== 0x12) return null; // bits 0, 1, 4 and 7 are fixed
  return (byte & 0x60) !== 0;
}

/** One picture from reset to cut. */
export function job(picture: Bitmap): Uint8Array[] {
  return [BEGIN, ...raster(trimmed(picture)), END];
}
