import { expect, test } from "vitest";
import { uuid7 } from "../src/bytes";
import { KeyRing } from "../src/crypto";
import { t } from "../src/i18n";
import { Session, session } from "../src/session";
import { startVisit } from "../src/starting";
import { Visit } from "../src/visit";
import { shop } from "./helpers";

test("what said that the phone was full goes when there is room again; what was said of the work stays", async () => {
  const { ring } = await KeyRing.make();
  session.value = new Session({ id: uuid7(), person: null, device: "d", grantUntil: "2035-01-01" } as never, ring);
  const visit = (await Visit.load(await startVisit(session.value, shop(), null, "routine", [])))!;
  visit.trouble.value = t("trouble.not_saved");
  visit.roomAgain();
  expect(visit.trouble.value).toBe("");
  visit.trouble.value = t("trouble.no_photo");
  visit.roomAgain();
  expect(visit.trouble.value).toBe(t("trouble.no_photo"));
});
