import { expect, test } from "vitest";
import { boxOf, copySize, destroy, paint, TILES } from "../src/marking";

/** A picture in which every pixel differs, so that nothing that survives can hide. */
function noise(width: number, height: number, seed = 1): Uint8ClampedArray {
  let state = seed;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  return Uint8ClampedArray.from({ length: width * height * 4 }, (_, at) => (at % 4 === 3 ? 255 : Math.floor(next() * 256)));
}
const colours = (data: Uint8ClampedArray) => new Set(Array.from({ length: data.length / 4 }, (_, n) => data.slice(n * 4, n * 4 + 4).join()));

test.each([[240, 180], [60, 400], [7, 5], [1, 1], [13, 13]])("a blurred place of %i × %i keeps a few mean colours and nothing else", (width, height) => {
  const data = noise(width, height);
  const mean = (from: Uint8ClampedArray) => from.reduce((sum, value, at) => sum + (at % 4 === 0 ? value : 0), 0) / (width * height);
  const before = mean(data);
  destroy(data, width, height);
  expect(colours(data).size).toBeLessThanOrEqual(TILES * TILES);
  expect(Math.abs(mean(data) - before)).toBeLessThan(1);
});

test("two faces with the same means cannot be told apart afterwards: there is no way back", () => {
  const one = noise(120, 120);
  const other = new Uint8ClampedArray(one);
  for (let y = 0; y < 120; y++) {
    for (let x = 0; x < 120; x += 20) other.set(one.slice((y * 120 + x) * 4, (y * 120 + x + 1) * 4), (y * 120 + x + 19) * 4);
    for (let x = 0; x < 120; x += 20) other.set(one.slice((y * 120 + x + 19) * 4, (y * 120 + x + 20) * 4), (y * 120 + x) * 4);
  }
  expect(other).not.toEqual(one);
  destroy(one, 120, 120);
  destroy(other, 120, 120);
  expect(other).toEqual(one);
});

test("a mark may be drawn from any corner and over the edge", () => {
  expect(boxOf({ from: [90, 80], to: [10.4, 20.6] }, 100, 100)).toEqual({ x: 10, y: 20, width: 80, height: 60 });
  expect(boxOf({ from: [-20, 50], to: [300, 60] }, 100, 100)).toEqual({ x: 0, y: 50, width: 100, height: 10 });
  expect(boxOf({ from: [120, 10], to: [130, 20] }, 100, 100).width).toBe(0);
});

test("the copy is as large as the server shows it, and never larger than the photo", () => {
  expect(copySize(4000, 3000)).toEqual({ width: 1600, height: 1200 });
  expect(copySize(300, 400)).toEqual({ width: 300, height: 400 });
});

test("what is blurred is destroyed before anything is drawn over it, whatever the order of the marks", () => {
  const told: string[] = [];
  const pixels = { data: noise(10, 10) };
  const draw = new Proxy({ canvas: { width: 100, height: 100 } } as Record<string, unknown>, {
    get: (target, name: string) => target[name] ?? ((...args: unknown[]) => (told.push(name), name === "getImageData" ? pixels : args[0])),
    set: () => true,
  });
  paint(draw as unknown as CanvasRenderingContext2D, {} as ImageBitmap, [
    { kind: "circle", from: [0, 0], to: [50, 50] },
    { kind: "blur", from: [10, 10], to: [20, 20] },
  ]);
  expect(colours(pixels.data).size).toBe(1);
  expect(told.indexOf("putImageData")).toBeLessThan(told.indexOf("ellipse"));
  expect(told[0]).toBe("drawImage");
});
