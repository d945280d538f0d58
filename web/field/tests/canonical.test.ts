import { expect, test } from "vitest";
import { sha256 } from "../src/bytes";
import { canonical, canonicalText, wellFormed } from "../src/canonical";

test("keys by code point, no spaces, members that are undefined left out", () => {
  expect(canonicalText({ b: 1, a: [true, null, "x"], c: undefined })).toBe('{"a":[true,null,"x"],"b":1}');
  expect(canonicalText({ "\u{10000}": 1, "\uffee": 2 })).toBe('{"\uffee":2,"\u{10000}":1}');
});

test("the same bytes as the server's canonical form", async () => {
  const value = {
    z: 1,
    a: ["中文", '\u2028\u007f\u001f"\\/', -5, 0, true, null],
    "\u{10000}": "x",
    "\uffee": "y",
    é: { b: "😀", aa: "" },
  };
  // computed with kernel.evidence.digest.canonical
  expect(await sha256(canonical(value))).toBe("6b079d149ad7b044a6b2353b0c1754a5e7d26f1a2427a3e1245bb360f4d523b2");
});

test("no floats; -0 is 0", () => {
  expect(() => canonicalText({ a: 1.5 })).toThrow(/integer/);
  expect(() => canonicalText(2 ** 53)).toThrow(/integer/);
  expect(canonicalText(-0)).toBe("0");
});

test("half an emoji does not make a record unsendable", () => {
  expect(wellFormed("a\ud83d")).toBe("a\ufffd");
  expect(wellFormed("\udc00\udc00😀")).toBe("\ufffd\ufffd😀");
});
