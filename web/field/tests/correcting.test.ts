import { expect, test } from "vitest";
import { changes, isNumber, known, unfit } from "../src/correcting";
import { shop } from "./helpers";

test.each([
  ["0533-2180099", true], ["13853300000", true], ["+86 (533) 218 0099", true],
  ["这不是电话", false], ["12345", false], ["1234567890123456", false], ["0533-2180099 转 8", false],
])("%s can be a telephone number: %s", (text, may) => expect(isNumber(text)).toBe(may));

test("what is no number is named before it is sent; what the register had is left alone", () => {
  const here = shop("s1", { phone: "见招牌" });
  expect(unfit(here, known(here))).toEqual([]);
  expect(unfit(here, { ...known(here), phone: "这不是电话", contact_phone: "无" })).toEqual(["phone", "contact_phone"]);
  expect(changes(here, { ...known(here), phone: "0533-2180099" })).toEqual([{ what: "phone", old: { text: "见招牌" }, new: { text: "0533-2180099" } }]);
});
