/**
 * Photos. The original stays byte for byte what the camera gave, with its SHA-256 taken before anything else happens;
 * what is shown is a smaller copy with time, place and officers burnt in.
 */
import { sha256, type Bytes } from "./bytes";
import type { PhotoMeta } from "./drafts";
import type { Place } from "./record";
import { localTime } from "./workdays";

export const LARGEST_PHOTO = 20 * 1024 * 1024;
/** Where the server has not said otherwise (`rules.limits.pixels`). */
export const MOST_PIXELS = 80_000_000;
const SHOWN_EDGE = 1280;

export class PhotoTooLarge extends Error {}
export class NotAPhoto extends Error {}
/** More pixels than the server opens: a camera's widest setting, or a picture made to choke whoever opens it. */
export class TooManyPixels extends Error {}

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

const u16 = (bytes: Bytes, at: number) => (bytes[at]! << 8) | bytes[at + 1]!;
const u32 = (bytes: Bytes, at: number) => u16(bytes, at) * 65_536 + u16(bytes, at + 2);
const low = (bytes: Bytes, at: number, n: number) => bytes.slice(at, at + n).reduceRight((sum, byte) => sum * 256 + byte, 0);

/** Width times height as the file's own head tells it, before anything is decoded; 0 where the head tells nothing. */
export function pixelsOf(bytes: Bytes, type: string): number {
  if (bytes.length < 30) return 0;
  if (type === "image/png") return u32(bytes, 16) * u32(bytes, 20);
  return type === "image/webp" ? pixelsOfWebp(bytes) : pixelsOfJpeg(bytes);
}

/** From segment to segment up to the one that begins the frame (SOF0 … SOF15, without DHT, JPG and DAC). */
function pixelsOfJpeg(bytes: Bytes): number {
  for (let at = 2; at + 9 < bytes.length; ) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) return 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return u16(bytes, at + 5) * u16(bytes, at + 7);
    at += 2 + (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7) ? 0 : u16(bytes, at + 2));
  }
  return 0;
}

/** The three kinds of WebP: extended, lossless, lossy. */
function pixelsOfWebp(bytes: Bytes): number {
  const kind = String.fromCharCode(...bytes.slice(12, 16));
  if (kind === "VP8X") return (low(bytes, 24, 3) + 1) * (low(bytes, 27, 3) + 1);
  if (kind === "VP8L") return ((low(bytes, 21, 2) & 0x3fff) + 1) * (((low(bytes, 21, 4) >>> 14) & 0x3fff) + 1);
  return (low(bytes, 26, 2) & 0x3fff) * (low(bytes, 28, 2) & 0x3fff);
}

/** Takes in one photo. Throws PhotoTooLarge, TooManyPixels or NotAPhoto: what cannot be opened here is not signed for. */
export async function capture(
  file: Blob,
  place: Place | null,
  item: string | undefined,
  stamp: string[],
  most = MOST_PIXELS,
): Promise<Captured> {
  return keep(file, { taken: localTime(new Date()), ...(place ?? {}), ...(item ? { item } : {}) }, stamp, most);
}

/** Takes in a picture that was drawn on a photo: it shows what that photo shows, so time and place are that photo's. */
export async function captureMarked(file: Blob, { taken, lat, lon, accuracy, item, sha256: of }: PhotoMeta, stamp: string[]): Promise<Captured> {
  const where = lat && lon ? { lat, lon, ...(accuracy === undefined ? {} : { accuracy }) } : {};
  return keep(file, { taken, ...where, ...(item ? { item } : {}), of }, stamp, MOST_PIXELS);
}

type Told = Pick<PhotoMeta, "taken" | "lat" | "lon" | "accuracy" | "item" | "of">;

async function keep(file: Blob, told: Told, stamp: string[], most: number): Promise<Captured> {
  if (file.size > LARGEST_PHOTO) throw new PhotoTooLarge();
  const original = new Uint8Array(await file.arrayBuffer());
  const type = kindOf(original);
  if (!type) throw new NotAPhoto();
  if (pixelsOf(original, type) > most) throw new TooManyPixels();
  const name = file instanceof File ? file.name : "";
  const meta: PhotoMeta = { sha256: await sha256(original), size: original.length, type, name, ...told };
  const { taken, lat, lon, accuracy } = told;
  const where = lat && lon ? `${Number(lon).toFixed(5)}, ${Number(lat).toFixed(5)} ±${accuracy} m` : "";
  const lines = [taken.slice(0, 19).replace("T", " "), where, ...stamp].filter(Boolean);
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
