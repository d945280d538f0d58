import { expect, test } from "vitest";
import { findShops, shopByCode, shopByOldCode } from "../src/search";
import { applyPage } from "../src/sync";
import type { PullPage } from "../src/contract";
import { phone, shop } from "./helpers";

const OLD = "7Q2M4K9XT1";
const page = (more: Partial<PullPage>): PullPage => ({ cursor: "c", more: false, server_time: "2026-11-23T02:00:00+00:00", ...more });

test("a retired code leads to the shop that it belonged to, also from the search; a present code to its own", async () => {
  const { db } = await phone();
  const mine = { ...shop("s1"), old_codes: ["0000000001", OLD] };
  await applyPage(db, page({ premises: [mine, shop("s2")] }), 0);
  expect(await shopByCode(db, OLD)).toBeUndefined();
  expect((await shopByOldCode(db, OLD))?.uid).toBe("s1");
  expect((await findShops(db, "7q2m-4k9x-t1")).map((one) => one.uid)).toEqual(["s1"]);
  expect(await shopByOldCode(db, "0000000002")).toBeUndefined();
});

test("a shop whose code is replaced comes again: the phone then knows both", async () => {
  const { db } = await phone();
  const before = shop("s1");
  await applyPage(db, page({ premises: [before] }), 0);
  expect((await shopByCode(db, before.door_code))?.uid).toBe("s1");
  await applyPage(db, page({ premises: [{ ...before, door_code: "0000000009", old_codes: [before.door_code] }] }), 0);
  expect(await shopByCode(db, before.door_code)).toBeUndefined();
  expect((await shopByOldCode(db, before.door_code))?.uid).toBe("s1");
  expect((await shopByCode(db, "0000000009"))?.uid).toBe("s1");
});
