/** A QR code as one SVG path, with the quiet zone of four modules that readers want. */
import qrcode from "qrcode-generator";

const QUIET = 4;
/** The characters that a QR code holds in 5.5 bits instead of 8. */
const SMALL = /^[0-9A-Z $%*+\-./:]*$/;

// The package takes the low byte of each character, which is no Chinese; readers take bytes for UTF-8.
qrcode.stringToBytes = (text) => [...new TextEncoder().encode(text)];

/** `parts` one after the other, each in its smallest form; several hold more text than `M` leaves room for. */
export function qrPath(...parts: string[]): { path: string; size: number } {
  const code = qrcode(0, parts.length > 1 ? "L" : "M");
  for (const part of parts) code.addData(part, SMALL.test(part) ? "Alphanumeric" : "Byte");
  code.make();
  const n = code.getModuleCount();
  let path = "";
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) if (code.isDark(y, x)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  return { path, size: n + 2 * QUIET };
}
