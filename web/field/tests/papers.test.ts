import { expect, test } from "vitest";
import { canonicalText, type Json } from "../src/canonical";
import type { PaperKind } from "../src/contract";
import { digestOf } from "../src/crypto";
import { BUILDERS, type Known } from "../src/paperdata";
import { paperViews } from "../src/paperview";
import { qrPath } from "../src/qr";
import type { FieldRecord } from "../src/record";
import { shop } from "./helpers";
import { shared } from "./helpers";

interface Fixture {
  known: Known;
  records: Record<string, FieldRecord>;
  papers: Record<string, Record<PaperKind, unknown>>;
}
const fixture = shared<Fixture>("tests/fixtures/record_inspection_1.json");
const cases = Object.keys(fixture.records).flatMap((name) =>
  (Object.keys(BUILDERS) as PaperKind[]).map((kind) => ({ name, kind })),
);

test.each(cases)("$name: $kind has the facts that the server prints, field by field", ({ name, kind }) => {
  expect(BUILDERS[kind](fixture.records[name]!, fixture.known)).toEqual(fixture.papers[name]![kind]);
});

test.each(Object.keys(fixture.records))("%s: the digest is that of the canonical content", async (name) => {
  const record = fixture.records[name]!;
  expect(await digestOf(record.content as unknown as Json)).toBe(record.digest);
  expect(canonicalText(record as unknown as Json)).toContain(`"digest":"${record.digest}"`);
});

test("a paper without a number says so, and an unsealed one that it is not in force", () => {
  const record = fixture.records.signed!;
  const content = { ...record.content, papers: [{ kind: "rectification_order" as const, number: null, code: null }] };
  const forms = { rectification_order: { title: "责令改正通知书", sealed: true, notes: ["尚未生效"], signs: ["party"], texts: { found: "经查:" } } };
  const [view] = paperViews({
    id: record.id, content, digest: record.digest, premises: shop(), checklist: null, organ: null, forms,
    signatures: record.signatures, origin: "https://example.org",
  }); // prettier-ignore
  expect(view).toMatchObject({ number: "编号待补", verify: "", unsealed: "尚未生效" });
  expect(view!.blocks[1]).toEqual({ kind: "text", text: "经查:", strong: false });
});

test("a place without official forms still shows the facts", () => {
  const record = fixture.records.signed!;
  const views = paperViews({
    id: record.id, content: record.content, digest: record.digest, premises: shop(), checklist: null, organ: null, forms: {},
    signatures: [], origin: "https://example.org",
  }); // prettier-ignore
  expect(views.length).toBe(record.content.papers.length);
  expect(JSON.stringify(views[0]!.blocks)).toContain(JSON.stringify(record.content.findings).slice(1, 20));
});

test("a QR code has its quiet zone", () => {
  const { path, size } = qrPath("https://example.org/v/ABC");
  expect(size).toBeGreaterThan(28);
  expect(path.startsWith("M4 4h1v1h-1z")).toBe(true);
});
