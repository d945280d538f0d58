/** The decoder for browsers without one of their own (@zxing/library, Apache-2.0): only the bars that products bear. */
import BarcodeFormat from "@zxing/library/esm/core/BarcodeFormat";
import BinaryBitmap from "@zxing/library/esm/core/BinaryBitmap";
import HybridBinarizer from "@zxing/library/esm/core/common/HybridBinarizer";
import DecodeHintType from "@zxing/library/esm/core/DecodeHintType";
import EAN13Reader from "@zxing/library/esm/core/oned/EAN13Reader";
import EAN8Reader from "@zxing/library/esm/core/oned/EAN8Reader";
import ITFReader from "@zxing/library/esm/core/oned/ITFReader";
import UPCAReader from "@zxing/library/esm/core/oned/UPCAReader";
import RGBLuminanceSource from "@zxing/library/esm/core/RGBLuminanceSource";

const HINTS = new Map<DecodeHintType, unknown>([
  [DecodeHintType.TRY_HARDER, true],
  [DecodeHintType.POSSIBLE_FORMATS, [BarcodeFormat.EAN_13, BarcodeFormat.EAN_8, BarcodeFormat.UPC_A, BarcodeFormat.ITF]],
  [DecodeHintType.ALLOWED_LENGTHS, Int32Array.from([14])],
]);
/** An EAN-13 that begins with 0 is a UPC-A: the reader of the longer one goes first and tells all thirteen digits. */
const READERS = [new EAN13Reader(), new EAN8Reader(), new UPCAReader(), new ITFReader()];

/** The code in RGBA pixels; null where there is none. */
export function decode(rgba: Uint8ClampedArray, width: number, height: number): string | null {
  const grey = new Uint8ClampedArray(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = (rgba[i * 4]! + 2 * rgba[i * 4 + 1]! + rgba[i * 4 + 2]!) >> 2;
  const bitmap = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(grey, width, height)));
  for (const reader of READERS) {
    try {
      return reader.decode(bitmap, HINTS).getText();
    } catch {
      continue; // not this kind: it says so by an exception
    }
  }
  return null;
}
