import { describe, expect, it } from "vitest";
import { pressed } from "../src/measuring";

const fridge = { of: "冷藏", min: "0", max: "8", unit: "℃" };
const freezer = { of: "冷冻", max: "-18", unit: "℃" };

describe("a value set by thumb", () => {
  it("begins in the middle of what is allowed, or at the one limit", () => {
    expect(pressed(fridge, null, 1)).toBe("4");
    expect(pressed(freezer, null, -1)).toBe("-18");
    expect(pressed({ of: "" }, null, 1)).toBe("0");
    expect(pressed({ of: "氯", min: "250", unit: "mg/L" }, null, 1)).toBe("250");
  });

  it("goes on by what people read, also beyond the limit and below zero", () => {
    expect(pressed(fridge, "8", 1)).toBe("9");
    expect(pressed(fridge, "0", -1)).toBe("-1");
    expect(pressed(freezer, "-18", -1)).toBe("-19");
    expect(pressed({ of: "氯", min: "250" }, "250", 1)).toBe("260");
    expect(pressed({ of: "", min: "0.3", max: "0.5" }, "0.3", 1)).toBe("0.4");
  });

  it("goes on from what was typed", () => {
    expect(pressed(fridge, "4.35", 1)).toBe("5.35");
  });
});
