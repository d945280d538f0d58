import { expect, test } from "vitest";
import type { Checklist, PullPage, Task } from "../src/contract";
import { utf8 } from "../src/bytes";
import { outboxRow } from "../src/outbox";
import { applyPage, hiddenTasks, pullAll, skewOf } from "../src/sync";
import { phone, shop } from "./helpers";

const now = "2026-11-23T02:00:00+00:00";
const page = (more: Partial<PullPage>): PullPage => ({ cursor: "c", more: false, server_time: now, ...more });
const list = (version: number): Checklist => ({ id: "cn.food", version, number: "", title: "表", basis: "", since: null, until: null, verified: true, applies: [], sections: [] });
const task = (uid: string): Task => ({ uid, number: uid, premises: "s1", kind: "routine", checklist: null, state: "planned", due: null, assignee: 7, second: null, version: 1, open_items: [] });

test("pages are followed to the end, each with the cursor of the one before", async () => {
  const { db } = await phone();
  const asked: (string | undefined)[] = [];
  const pages: PullPage[] = [
    page({ cursor: "a", more: true, premises: [shop("s1")] }),
    page({ cursor: "b", more: true, premises: [shop("s2")] }),
    page({ cursor: "c", tasks: [task("t1")], organ: { name: "局", short: "所", area: "37" } }),
  ];
  expect(await pullAll(db, { pull: async (since) => (asked.push(since), pages[asked.length - 1]!) })).toBe(3);
  expect(asked).toEqual([undefined, "a", "b"]);
  expect(await db.premises.count()).toBe(2);
  expect(await db.value("organ")).toEqual({ name: "局", short: "所", area: "37" });
});

test("a pull that breaks goes on from the last whole page", async () => {
  const { db } = await phone();
  await expect(pullAll(db, { pull: async (since) => {
    if (since) throw new Error("gone");
    return page({ cursor: "a", more: true, premises: [shop()] });
  } })).rejects.toThrow("gone"); // prettier-ignore
  expect(await db.value("cursor")).toBe("a");
  expect(await db.value("last_sync")).toBeUndefined();
});

test("a page is applied whole or not at all", async () => {
  const { db } = await phone();
  const bad = page({ cursor: "x", premises: [shop()], tasks: [{ ...task("t"), uid: undefined as unknown as string }] });
  await expect(applyPage(db, bad, 0)).rejects.toThrow();
  expect(await db.premises.count()).toBe(0);
  expect(await db.value("cursor")).toBeUndefined();
});

test("a server that never ends is noticed", async () => {
  const { db } = await phone();
  await expect(pullAll(db, { pull: async () => page({ cursor: "same", more: true }) })).rejects.toThrow(/cursor/);
});

test("what is removed goes; a checklist in use stays until its draft is done", async () => {
  const { db, drafts } = await phone();
  await applyPage(db, page({ premises: [shop()], tasks: [task("t1")], checklists: [list(1), list(2)] }), 0);
  const id = await drafts.start(shop(), task("t1"), "routine", [{ id: "cn.food", version: 1 }], []);
  const removed = { premises: ["s1"], tasks: ["t1"], checklists: ["cn.food/1", "cn.food/2"] };
  await applyPage(db, page({ removed }), 0);
  expect([await db.premises.count(), await db.tasks.count()]).toEqual([0, 0]);
  expect(await db.checklists.toCollection().primaryKeys()).toEqual(["cn.food/1"]);
  expect((await drafts.load(id))!.head.premises.name).toBe("清风小馆");
  await drafts.discard(id);
  await applyPage(db, page({}), 0);
  expect(await db.checklists.count()).toBe(0);
});

test("a task done here is hidden until a pull that began after its record had arrived", async () => {
  const { db, vault } = await phone();
  const answer = { pull: async () => page({ cursor: `${Math.random()}`, tasks: [task("t1"), task("t2")] }) };
  const row = await outboxRow(vault, { id: "r", task: "t1", name: "", photos: [] }, utf8("{}"), []);
  await db.outbox.add(row);
  await pullAll(db, answer);
  expect([...(await hiddenTasks(db))]).toEqual(["t1"]);
  await db.outbox.clear();
  const at = new Date(Date.now() + 5).toISOString();
  await db.sent.add({ id: "r", task: "t1", name: "", matter: "", at, photos: 0, flags: [], papers: null });
  expect([...(await hiddenTasks(db))]).toEqual(["t1"]); // that pull may have begun before the record was there
  await new Promise((done) => setTimeout(done, 20));
  await pullAll(db, answer);
  expect([...(await hiddenTasks(db))]).toEqual([]);
  expect(await db.tasks.count()).toBe(2); // sent back once more: the server's word counts
});

test("a number that is held is not made free by being sent again", async () => {
  const { db } = await phone();
  const numbers = [{ kind: "onsite_record" as const, number: "1", code: "a" }];
  await applyPage(db, page({ numbers }), 0);
  await db.numbers.update("1", { heldBy: "d", used: 1 });
  await applyPage(db, page({ numbers }), 0);
  expect(await db.numbers.get("1")).toMatchObject({ heldBy: "d", used: 1 });
});

test("the clock's error is measured from the middle of the request", () => {
  const server = Date.parse(now);
  expect(skewOf(server + 1000, server + 3000, now)).toBe(2000);
  expect(skewOf(0, 0, "nonsense")).toBe(0);
});
