import { expect, test } from "vitest";
import type { OpenItem, Task } from "../src/contract";
import type { Head } from "../src/drafts";
import { followed } from "../src/rechecking";

const item = (uid: string) => ({ item: uid, rectification: uid, found: "", required: "", deadline: "", state: "answered" }) as unknown as OpenItem;
const task = (version: number, ...open: string[]) => ({ uid: "t1", version, open_items: open.map(item) }) as unknown as Task;
const draft = (rechecks: Head["rechecks"] = {}) => ({
  head: { purpose: "recheck", task: task(1, "a", "b"), rechecks, statement: "", findings: null } as unknown as Head,
  photos: [],
});

test("a follow-up in which nothing was done yet asks what is open by the last update", () => {
  const { task: now, over } = followed(draft(), task(2, "b", "c"));
  expect(now?.open_items.map((each) => each.rectification)).toEqual(["b", "c"]);
  expect(over.size).toBe(0);
});

test("one that was begun keeps what it holds and says what is asked no more", () => {
  const begun = draft({ b: { rectification: "b", accepted: true, note: "", photos: [] } });
  const { task: kept, over } = followed(begun, task(2, "b"));
  expect(kept).toBe(begun.head.task);
  expect([...over]).toEqual(["a"]);
  expect([...followed(draft(), undefined).over], "the task itself is gone").toEqual(["a", "b"]);
});
