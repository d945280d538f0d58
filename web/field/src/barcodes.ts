/** Reading product codes from the camera: the phone's own detector where it knows them, else a decoder, loaded late. */
import { wrongWith } from "./gtin";
import type { Reader } from "./scanning";

const FORMATS = ["ean_13", "ean_8", "upc_a", "itf"];
/** The narrowest bar must be more than a pixel wide; more than this is only slower. */
const LOOK_WIDTH = 960;
/** A code lies across the middle: its bars are as good a tenth of the picture high as whole. */
const BAND = 0.5;

/** Only what is whole counts: bars that are read by chance have a wrong check digit nine times of ten. */
const whole = (text: string | null | undefined): string | null => (text && wrongWith(text) === null ? text : null);

export async function barcodeReader(): Promise<Reader> {
  const own = window.BarcodeDetector;
  const known = own ? await own.getSupportedFormats().catch(() => [] as string[]) : [];
  if (own && FORMATS.every((format) => known.includes(format))) {
    const detector = new own({ formats: FORMATS });
    return async (video) => (await detector.detect(video).catch(() => [])).map(({ rawValue }) => whole(rawValue)).find(Boolean) ?? null;
  }
  const { decode } = await import("./barcode-decoder");
  const canvas = document.createElement("canvas");
  const draw = canvas.getContext("2d", { willReadFrequently: true })!;
  return async (video) => {
    if (!video.videoWidth) return null;
    const scale = Math.min(1, LOOK_WIDTH / video.videoWidth);
    const high = video.videoHeight * BAND;
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.max(1, Math.round(high * scale));
    draw.drawImage(video, 0, (video.videoHeight - high) / 2, video.videoWidth, high, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = draw.getImageData(0, 0, canvas.width, canvas.height);
    return whole(decode(data, width, height));
  };
}
