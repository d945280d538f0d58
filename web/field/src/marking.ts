/**
 * What is drawn on a photo: arrows, circles, and places made unrecognisable. The photo itself is never touched: the marks
 * go on a copy, re-encoded from its pixels, so neither what was blurred nor the camera's own small preview is in it.
 */
export type MarkKind = "arrow" | "circle" | "blur";
export type Point = [number, number];

/** In pixels of the copy. */
export interface Mark {
  kind: MarkKind;
  from: Point;
  to: Point;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** As large as the server shows a photo. */
const MARKED_EDGE = 1600;
/** A blurred place keeps no more than so many tiles along its longer side: no face and no number can be told from them. */
export const TILES = 6;
const SMALLEST_TILE = 12;
const RED = "#e0161d";

/** The rectangle between two points, in whole pixels, as far as it lies in the picture. */
export function boxOf({ from, to }: Pick<Mark, "from" | "to">, width: number, height: number): Box {
  const clip = (value: number, most: number) => Math.min(most, Math.max(0, value));
  const x = clip(Math.floor(Math.min(from[0], to[0])), width);
  const y = clip(Math.floor(Math.min(from[1], to[1])), height);
  return { x, y, width: clip(Math.ceil(Math.max(from[0], to[0])), width) - x, height: clip(Math.ceil(Math.max(from[1], to[1])), height) - y };
}

/** Replaces each tile of RGBA pixels by its mean colour, in place: what stood there is gone. */
export function destroy(data: Uint8ClampedArray, width: number, height: number): void {
  const tile = Math.max(SMALLEST_TILE, Math.ceil(Math.max(width, height) / TILES));
  for (let top = 0; top < height; top += tile) {
    for (let left = 0; left < width; left += tile) level(data, width, { x: left, y: top, width: Math.min(tile, width - left), height: Math.min(tile, height - top) });
  }
}

function level(data: Uint8ClampedArray, row: number, box: Box): void {
  const sum = [0, 0, 0, 0];
  const each = (work: (at: number) => void) => {
    for (let y = box.y; y < box.y + box.height; y++) for (let x = box.x; x < box.x + box.width; x++) work((y * row + x) * 4);
  };
  each((at) => sum.forEach((_, channel) => (sum[channel]! += data[at + channel]!)));
  const mean = sum.map((all) => Math.round(all / (box.width * box.height)));
  each((at) => mean.forEach((value, channel) => (data[at + channel] = value)));
}

/** The size of the copy of a photo that is drawn on. */
export function copySize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, MARKED_EDGE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Draws the copy anew: the photo, then what is blurred, then what points at something. */
export function paint(draw: CanvasRenderingContext2D, picture: CanvasImageSource, marks: Mark[]): void {
  const { width, height } = draw.canvas;
  draw.drawImage(picture, 0, 0, width, height);
  for (const mark of marks.filter(({ kind }) => kind === "blur")) {
    const box = boxOf(mark, width, height);
    if (!box.width || !box.height) continue;
    const pixels = draw.getImageData(box.x, box.y, box.width, box.height);
    destroy(pixels.data, box.width, box.height);
    draw.putImageData(pixels, box.x, box.y);
  }
  const thick = Math.max(4, Math.round(Math.max(width, height) / 160));
  draw.lineCap = draw.lineJoin = "round";
  for (const mark of marks.filter(({ kind }) => kind !== "blur")) {
    // white under red: seen on dark ground and on a red floor alike
    for (const [style, line] of [["#ffffff", thick * 2], [RED, thick]] as const) {
      draw.strokeStyle = style;
      draw.lineWidth = line;
      draw.beginPath();
      if (mark.kind === "circle") round(draw, boxOf(mark, width, height));
      else arrow(draw, mark, thick * 5);
      draw.stroke();
    }
  }
}

function round(draw: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  draw.ellipse(x + width / 2, y + height / 2, width / 2, height / 2, 0, 0, Math.PI * 2);
}

/** From where the finger began to what it points at. */
function arrow(draw: CanvasRenderingContext2D, { from, to }: Mark, head: number): void {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  draw.moveTo(...from);
  draw.lineTo(...to);
  for (const side of [-1, 1]) {
    draw.moveTo(...to);
    draw.lineTo(to[0] - head * Math.cos(angle + (side * Math.PI) / 6), to[1] - head * Math.sin(angle + (side * Math.PI) / 6));
  }
}
