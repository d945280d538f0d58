import { afterEach, expect, it } from "vitest";
import { setLanguage } from "../src/i18n";
import { resultName } from "../src/results";

const CHICAGO = { results: { en: { compliant: "Pass" }, zh: { compliant: "通过" } } };

afterEach(() => setLanguage("zh"));

it("calls a result as the place does, and in its own words where the place has none", async () => {
  expect(resultName(CHICAGO, "compliant")).toBe("通过");
  expect(resultName(CHICAGO, "non_compliant")).toBe("不符合");
  expect(resultName(null, "compliant")).toBe("符合");
  await setLanguage("en");
  expect(resultName(CHICAGO, "compliant")).toBe("Pass");
  expect(resultName({ results: { zh: { compliant: "符合" } } }, "compliant")).toBe("Compliant");
});
