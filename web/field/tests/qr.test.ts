import jsQR from "jsqr";
import { expect, test } from "vitest";
import { qrPath } from "../src/qr";

/** What a camera reads: each module of the path as 3 × 3 pixels. */
function read({ path, size }: { path: string; size: number }): string | undefined {
  const side = size * 3;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)/g)) {
    for (let dy = 0; dy < 3; dy++) {
      for (let dx = 0; dx < 3; dx++) pixels.set([0, 0, 0, 255], ((Number(y) * 3 + dy) * side + Number(x) * 3 + dx) * 4);
    }
  }
  return jsQR(pixels, side, side)?.data;
}

test("words and the signed address below them are read as one text, in Chinese", () => {
  const words = `${"检查人员：赵明远 37030301001\n".repeat(12)}检查依据：《食品生产经营监督检查管理办法》\n`;
  const address = `HTTPS://JIANCHA.ZIBO.EXAMPLE.GOV.CN/I/${"ABCDEFGH234567".repeat(40)}`;
  expect(read(qrPath(words, address))).toBe(words + address);
  expect(read(qrPath(address))).toBe(address);
});
