/** A sheet on the page as dots, drawn by the page's own styles: what comes out of the printer is what stands there. */
import { svgOf } from "../paperimage";
import { DOTS, dotsOf, type Bitmap, type Width } from "./escpos";

/** Lines drawn at once: canvases much longer stay empty on old phones. */
const BAND = 4_000;

/** One sheet for a roll, a pixel a dot. */
export async function dotsOfSheet(sheet: HTMLElement, paper: Width): Promise<Bitmap> {
  const width = DOTS[paper];
  const { image, height } = await svgOf(sheet, width, ["roll", `roll-${paper}`, "as-dots"]);
  const line = width / 8;
  const bits = new Uint8Array(line * height);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true })!;
  for (let top = 0; top < height; top += BAND) {
    const n = Math.min(BAND, height - top);
    canvas.width = width;
    canvas.height = n;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, n);
    pen.drawImage(image, 0, -top);
    bits.set(dotsOf(pen.getImageData(0, 0, width, n).data, width, n).bits, top * line);
  }
  return { width, height, bits };
}
