import { expect, test } from "vitest";
import { Api } from "../src/api";
import { KeyRing } from "../src/crypto";
import { ServerProblem } from "../src/errors";
import { Session, session, status, syncNow } from "../src/session";
import { notStarted, PhoneRevoked, startVisit } from "../src/starting";
import { uuid7 } from "../src/bytes";
import { shop } from "./helpers";

test("told that it was reported lost, a phone begins no visit, also after it was opened again", async () => {
  const { ring } = await KeyRing.make();
  const person = { id: 7, name: "甲", certificate_no: "1", certificate_until: "2035-01-01", signs: true };
  const profile = { id: uuid7(), person, city: "", device: "d1", grantUntil: "2035-01-01", byPin: null, byPassword: null, wrong: 0, blockedUntil: 0, opened: "" } as never;
  const here = new Session(profile, ring);
  session.value = here;
  await here.db.setValue("uploads", "/u");
  const asked: string[] = [];
  here.api.pull = (async () => {
    asked.push("pull");
    throw new ServerProblem(403, "device.revoked", "lost", "renew", {});
  }) as Api["pull"];
  await startVisit(here, shop("s1"), null, "routine", []);
  await syncNow();
  expect(asked).toEqual(["pull"]);
  expect([status.revoked, status.problem, status.reachable]).toEqual([true, "lost renew", true]);
  await expect(startVisit(here, shop("s2"), null, "routine", [])).rejects.toThrow(PhoneRevoked);
  expect(notStarted(new PhoneRevoked())).toContain("挂失");
  expect(notStarted(new Error("full"))).not.toContain("挂失");
  status.revoked = false;
  await here.loadReference();
  expect(status.revoked).toBe(true);
  expect((await here.drafts.list()).map(({ head }) => head.premises.uid)).toEqual(["s1"]);
});
