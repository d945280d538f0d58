import { expect, test } from "vitest";
import { utf8 } from "../src/bytes";
import { clockWords, tellSkew } from "../src/clock";
import type { Task } from "../src/contract";
import { ServerProblem, Unreachable } from "../src/errors";
import { picture, prefetch } from "../src/pictures";
import { phone, shop } from "./helpers";

const task = (uid: string, due: string, photos: string[]): Task => ({
  uid, number: uid, premises: "s1", kind: "recheck", checklist: null, state: "rectifying", due, assignee: null, second: null, version: 1,
  open_items: [{ item: "1.2", rectification: uid, required: "", deadline: due, state: "answered", answer: "改了", photos }],
}); // prettier-ignore

test("photos of answers come once, nearest date first, and go with their task unless a visit is under way", async () => {
  const { db, vault, drafts } = await phone();
  const late = task("t2", "2026-12-09", ["/p/3"]);
  await db.tasks.bulkPut([late, task("t1", "2026-12-01", ["/p/1", "/p/2"])]);
  const asked: string[] = [];
  const api = { picture: async (source: string) => (asked.push(source), utf8(source)) };
  await prefetch(db, vault, api);
  await prefetch(db, vault, api);
  expect(asked).toEqual(["/p/1", "/p/2", "/p/3"]);
  expect(await picture(db, vault, "/p/2")).toEqual(utf8("/p/2"));
  expect(JSON.stringify(await db.pictures.toArray())).not.toContain(JSON.stringify([...utf8("/p/2")]).slice(1, -1));
  await drafts.start(shop(), late, "recheck", [], []);
  await db.tasks.clear();
  await prefetch(db, vault, api);
  expect(await db.pictures.toCollection().primaryKeys()).toEqual(["/p/3"]);
});

test("one photo that the server has no more is passed over; without a network the rest waits", async () => {
  const { db, vault } = await phone();
  await db.tasks.put(task("t", "2026-12-01", ["/p/1", "/p/2", "/p/3"]));
  let calls = 0;
  await prefetch(db, vault, {
    picture: async (source) => {
      calls += 1;
      if (source === "/p/1") throw new ServerProblem(404, "picture.unknown", "", "", {});
      throw new Unreachable("");
    },
  });
  expect([calls, await db.pictures.count(), await picture(db, vault, "/p/2")]).toEqual([2, 0, null]);
});

test("a clock that is wrong is told in words, one that drifts is not", () => {
  const now = Date.parse("2026-11-23T10:00:00Z");
  const words = (skew: number, sync = "2026-11-23T09:00:00Z") => {
    tellSkew(skew, sync);
    return clockWords(now);
  };
  expect([words(4 * 60_000), words(0), words(0, "")]).toEqual(["", "", ""]);
  expect(words(24 * 3_600_000)).toBe("手机时间比服务器快 24 小时。");
  expect(words(-3 * 24 * 3_600_000)).toBe("手机时间比服务器慢 3 天。");
  expect(words(0, "2026-11-23T12:00:00Z")).toBe("手机时间被往回调过。");
});
