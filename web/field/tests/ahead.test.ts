import { afterEach, expect, test, vi } from "vitest";
import { Api } from "../src/api";
import { uuid7 } from "../src/bytes";
import { KeyRing } from "../src/crypto";
import { FieldDb } from "../src/db";
import { Unreachable } from "../src/errors";
import { forgetAhead, lock, readAhead, Session, session, status, syncNow, unlock } from "../src/session";

const person = { id: 7, name: "甲", certificate_no: "1", certificate_until: "2035-01-01", signs: true };
const profileOf = (id: string) =>
  ({ id, person, city: "", device: "d1", grantUntil: "2035-01-01", byPin: null, byPassword: null, wrong: 0, blockedUntil: 0, opened: "" }) as never;

afterEach(() => {
  lock();
  vi.unstubAllGlobals();
});

async function kept(id: string, until: string): Promise<void> {
  const db = new FieldDb(id);
  await db.setValue("grant_until", until);
  db.close();
}

test("what was read while the PIN was typed is what opens, once; what was written after its page went is read anew", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  vi.stubGlobal("navigator", {});
  const { ring } = await KeyRing.make();
  const id = uuid7();
  const read = vi.spyOn(FieldDb.prototype, "values");
  await kept(id, "2035-01-02");
  readAhead(id);
  readAhead(id); // each digit asks
  await unlock(profileOf(id), ring);
  expect([status.grantUntil, read.mock.calls.length]).toEqual(["2035-01-02", 1]);
  lock();

  readAhead(id);
  forgetAhead();
  await kept(id, "2035-01-03");
  await unlock(profileOf(id), ring);
  expect(status.grantUntil).toBe("2035-01-03");
  lock();

  readAhead(uuid7()); // somebody else's, on the same phone
  await unlock(profileOf(id), ring);
  expect(status.grantUntil).toBe("2035-01-03");
  read.mockRestore();
});

test("a line that breaks between two pages leaves what came with the first in use", async () => {
  const { ring } = await KeyRing.make();
  const here = new Session(profileOf(uuid7()), ring);
  session.value = here;
  const pages = [{ premises: [], tasks: [], cursor: "1", more: true, server_time: "2026-12-01T00:00:00Z", colleagues: [{ id: 8, name: "乙" }] }];
  here.api.pull = (async () => {
    const page = pages.shift();
    if (!page) throw new Unreachable();
    return page;
  }) as unknown as Api["pull"];
  await syncNow();
  expect(status.reachable).toBe(false);
  expect(here.reference.colleagues.map(({ name }) => name)).toEqual(["乙"]);
});
