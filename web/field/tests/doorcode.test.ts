import { expect, test } from "vitest";
import { checkHolds, codeFromScan, tidyCode } from "../src/doorcode";

test("codes of the server's own making hold, one wrong character does not", () => {
  for (const code of ["000000001Y", "ZZZZZZZZZ9", "7G3K9QWX26", "0A1B2C3D4Y"]) {
    expect(checkHolds(code)).toBe(true);
    expect(checkHolds((code[0] === "5" ? "6" : "5") + code.slice(1))).toBe(false);
  }
});

test("typing is forgiven: case, gaps, O for 0, I and L for 1", () => {
  expect(tidyCode("oOil7-g3k 9q")).toBe("00117G3K9Q");
});

test("an address on a door, a bare code, and things that are neither", () => {
  expect(codeFromScan("https://example.org/d/7G3K9QWX26")).toBe("7G3K9QWX26");
  expect(codeFromScan("https://example.org/d/7g3k9-qwx26/?x=1")).toBe("7G3K9QWX26");
  expect(codeFromScan("7g3k9qwx26")).toBe("7G3K9QWX26");
  expect(codeFromScan("https://example.org/pay/7G3K9QWX26x")).toBeNull();
  expect(codeFromScan("WIFI:S:cafe;;")).toBeNull();
});
