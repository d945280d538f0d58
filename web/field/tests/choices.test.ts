import { expect, test, vi } from "vitest";
import { choice, choose, lostChoices } from "../src/choices";
import { profileDb } from "../src/profiles";

const kept = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
});

test("what was chosen is at hand at once, and comes back where the browser lost it", async () => {
  expect(choice("light")).toBeNull();
  choose("light", "dark");
  expect(choice("light")).toBe("dark");
  await expect.poll(() => profileDb.choices.get("light")).toEqual({ key: "light", value: "dark" });
  expect([...(await lostChoices())]).toEqual([]);
  kept.clear(); // killed before it was written down
  expect([...(await lostChoices())]).toEqual([["light", "dark"]]);
  expect(choice("light")).toBe("dark");
  localStorage.setItem("light", "sun"); // an older state that had been written down
  expect([...(await lostChoices())]).toEqual([["light", "dark"]]);
});
