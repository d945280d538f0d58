import { expect, test } from "vitest";
import { capture, pixelsOf, TooManyPixels } from "../src/capture";
import { shared } from "./helpers";

const bytes = (hex: string) => new Uint8Array(hex.match(/../g)!.map((pair) => parseInt(pair, 16)));
const SAMPLES = shared<Record<string, { type: string; pixels: number; head: string }>>("tests/fixtures/picture_heads.json");

test.each(Object.entries(SAMPLES))("%s: how many pixels it has stands in its head", (_, { type, pixels, head }) => {
  expect(pixelsOf(bytes(head), type)).toBe(pixels);
});

test("a picture that would fill the memory is not even opened", async () => {
  const { head } = SAMPLES.bomb!;
  await expect(capture(new Blob([bytes(head)]), null, "1.1", [])).rejects.toThrow(TooManyPixels);
  expect(pixelsOf(bytes("ffd8ff"), "image/jpeg")).toBe(0);
});
