/**
 * Photos. The original stays byte for byte what the camera gave, with its SHA-256 taken before anything else happens;
 * what is shown is a smaller copy with time, place and officers burnt in.
 */
import { sha256, type Bytes } from "./bytes";
import type { PhotoMeta } from "./drafts";
import type { Place } from "./record";
import { localTime } from "./workdays";

export const LARGEST_PHOTO = 20 * 1024 * 1024;
const SHOWN_EDGE = 1280;

export class PhotoTooLarge extends Error {}
export class NotAPhoto extends Error {}

export interface Captured {
  meta: PhotoMeta;
  original: Bytes;
  shown: Bytes;
}

/** The kinds of pictures that the server keeps, told by their first bytes: a name or a declared type is only a claim. */
function kindOf(bytes: Bytes): string {
  const starts = (text: string, at = 0) => [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  if (starts("\xff\xd8\xff")) return "image/jpeg";
  if (starts("\x89PNG\r\n\x1a\n")) return "image/png";
  return starts("RIFF") && starts("WEBP", 8) ? "image/webp" : "";
}

/** Takes in one photo. Throws PhotoTooLarge or NotAPhoto: what cannot be opened here is not signed for. */
export async function capture(file: Blob, place: Place | null, item: string | undefined, stamp: string[]): Promise<Captured> {
  if (file.size > LARGEST_PHOTO) throw new PhotoTooLarge();
  const taken = new Date();
  const original = new Uint8Array(await file.arrayBuffer());
  const type = kindOf(original);
  if (!type) throw new NotAPhoto();
  const meta: PhotoMeta = {
    sha256: await sha256(original),
    size: original.length,
    type,
    taken: localTime(taken),
    name: file instanceof File ? file.name : "",
    ...(place ?? {}),
    ...(item ? { item } : {}),
  };
  const where = place ? `${Number(place.lon).toFixed(5)}, ${Number(place.lat).toFixed(5)} ±${place.accuracy} m` : "";
  const lines = [meta.taken.slice(0, 19).replace("T", " "), where, ...stamp].filter(Boolean);
  return { meta, original, shown: await shownCopy(file, lines) };
}

/** JPEG of at most 1280 px with the lines written into its lower left corner. */
async function shownCopy(file: Blob, lines: string[]): Promise<Bytes> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) throw new NotAPhoto();
  const scale = Math.min(1, SHOWN_EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const draw = canvas.getContext("2d")!;
  draw.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  writeLines(draw, lines, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.82));
  if (!blob) throw new NotAPhoto();
  return new Uint8Array(await blob.arrayBuffer());
}

function writeLines(draw: CanvasRenderingContext2D, lines: string[], width: number, height: number): void {
  const size = Math.max(12, Math.round(width / 32));
  const step = Math.round(size * 1.4);
  draw.font = `${size}px sans-serif`;
  draw.fillStyle = "rgba(0,0,0,0.55)";
  draw.fillRect(0, height - step * lines.length - size, width, step * lines.length + size);
  draw.fillStyle = "#ffffff";
  lines.forEach((line, i) => draw.fillText(line, size / 2, height - step * (lines.length - i - 1) - size, width - size));
}
