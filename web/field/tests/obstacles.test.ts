import { beforeEach, expect, test } from "vitest";
import { uuid7 } from "../src/bytes";
import type { Person } from "../src/contract";
import { KeyRing } from "../src/crypto";
import { barred, obstacles, unanswered } from "../src/obstacles";
import type { Profile } from "../src/profiles";
import type { Content } from "../src/record";
import { Session, session } from "../src/session";
import { freeze, signersOf } from "../src/signing";
import { Visit } from "../src/visit";
import { shop } from "./helpers";

const officer = (id: number, name: string, more: Partial<Person> = {}): Person => ({ id, name, certificate_no: `鲁C-00${id}`, certificate_until: "2999-01-01", signs: true, ...more });
const CANNOT = "没有有效的执法证件，不能签字";

/** A visit of two, as far as `more` says. */
async function visited(me: Person, second: Person, more: Parameters<Session["drafts"]["start"]>[5], purpose: "routine" | "recheck" = "routine"): Promise<Visit> {
  Object.assign(session.value!.reference, { person: { ...me, posts: [] }, colleagues: [second] });
  const id = await session.value!.drafts.start(shop(), null, purpose, [], [me, second].map(({ id, name, certificate_no }) => ({ id, name, certificate_no })), more);
  return (await Visit.load(id))!;
}

beforeEach(async () => {
  const { ring } = await KeyRing.make();
  session.value = new Session({ id: uuid7(), device: "d1", name: "赵明远" } as unknown as Profile, ring);
});

const HINDERED = { kind: "refused" as const, note: "不让进", again: null, address: "" };
const REFUSED = { reason: "不让进", witness: "刘芳" };
const texts = (of: { text: string }[]) => of.map((each) => each.text);

test.each([
  ["a helper holds the phone", officer(1, "冯协管", { signs: false }), officer(2, "钱立群"), ["冯协管"]],
  ["the second's certificate is over", officer(1, "赵明远"), officer(2, "钱立群", { certificate_until: "2020-01-01" }), ["钱立群"]],
  ["both may sign", officer(1, "赵明远"), officer(2, "钱立群"), []],
])("refused entry, short record and re-check ask for the same certificates: %s", async (_, me, second, blocked) => {
  const refused = await visited(me, second, { hindered: HINDERED });
  refused.saveHead({ refused: REFUSED });
  const short = await visited(me, second, { short: true });
  const recheck = await visited(me, second, {}, "recheck");
  for (const found of [barred(refused), obstacles(short, ""), obstacles(recheck, "")])
    expect(texts(found).filter((text) => text.includes(CANNOT))).toEqual(blocked.map((name) => `${name} ${CANNOT}`));
});

test("a barred door wants its photo, the reason, a witness or why there is none, and a second officer", async () => {
  const visit = await visited(officer(1, "赵明远"), officer(2, "钱立群"), { hindered: { ...HINDERED, note: "" } });
  visit.saveHead({ inspectors: visit.head.inspectors.slice(0, 1) });
  expect(texts(barred(visit))).toEqual(["先拍一张照片", "先写明怎样拒绝的", "请写见证人，或没有见证人的原因", "还没有选第二名执法人员（须两人）"]);
});

test("where nobody stayed, a short record is signed by the two officers alone", async () => {
  const visit = await visited(officer(1, "赵明远"), officer(2, "钱立群"), { short: true });
  visit.saveHead({ findings: "无证经营" });
  expect(texts(obstacles(visit, ""))).toContain("还没有填现场负责人姓名");
  visit.saveHead({ present: { name: "", role: "", left: true } });
  expect(texts(obstacles(visit, ""))).toEqual([]);
  await freeze(visit, null);
  const content = JSON.parse(visit.head.frozen!.content) as Content;
  expect(content.present.left).toBe(true);
  expect(signersOf(content).map((each) => each.who)).toEqual(["inspector1", "inspector2"]);
});

test("a visit that looks at what is asked may leave items out, but not all of them", () => {
  const left = (scope: "all" | "asked", answered: number) => {
    const answers = new Map(Array.from({ length: answered }, (_, n) => [`1.${n}`, {}]));
    return unanswered({ head: { task: { scope } }, open: { value: [{}, {}] }, answers } as unknown as Visit);
  };
  expect([left("all", 1), left("asked", 0), left("asked", 1)]).toEqual([2, 2, 0]);
});
