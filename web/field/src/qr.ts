/** A QR code as one SVG path, with the quiet zone of four modules that readers want. */
import qrcode from "qrcode-generator";

const QUIET = 4;

export function qrPath(text: string): { path: string; size: number } {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const n = code.getModuleCount();
  let path = "";
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) if (code.isDark(y, x)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  return { path, size: n + 2 * QUIET };
}
