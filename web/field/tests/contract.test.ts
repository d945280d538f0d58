/**
 * The app's types against what the server really says (`tests/fixtures/pull.json`, written by its own code): each field that
 * comes is declared with its type, and each that is declared comes. A field that only one side knows is red here.
 */
import { resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { isForeign } from "../src/content";
import type { Enrolment, PullPage, RecordReceipt } from "../src/contract";
import { applyPage } from "../src/sync";
import { phone, shared } from "./helpers";

const told = shared<{ enrolment: Enrolment; pull: PullPage; receipt: RecordReceipt }>("tests/fixtures/pull.json");
const FILE = resolve(import.meta.dirname, "../src/contract.ts");
const program = ts.createProgram([FILE], { strict: true, target: ts.ScriptTarget.ES2022, lib: ["lib.es2022.d.ts"] });
const checker = program.getTypeChecker();
const source = program.getSourceFile(FILE)!;

class Reader {
  readonly wrong = new Set<string>();
  readonly came = new Set<string>();
  readonly declared = new Set<string>();

  read(type: ts.Type, value: unknown, at: string): void {
    const kinds = type.isUnion() ? type.types : [type];
    if (type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return;
    if (value === null) return this.want(kinds.some((kind) => kind.flags & ts.TypeFlags.Null), at, value);
    if (typeof value === "boolean") return this.want(kinds.some((kind) => kind.flags & ts.TypeFlags.BooleanLike), at, value);
    if (typeof value === "number") return this.want(kinds.some((kind) => kind.flags & ts.TypeFlags.Number), at, value);
    if (typeof value === "string") return this.want(kinds.some((kind) => (kind.isStringLiteral() ? kind.value === value : kind.flags & ts.TypeFlags.String)), at, value);
    const objects = kinds.filter((kind) => kind.flags & ts.TypeFlags.Object);
    const list = objects.find((kind) => checker.isArrayType(kind) || checker.isTupleType(kind));
    if (Array.isArray(value)) {
      if (!list) return this.want(false, at, value);
      const inner = checker.getIndexTypeOfType(list, ts.IndexKind.Number)!;
      return value.forEach((each) => this.read(inner, each, `${at}[]`));
    }
    const shape = objects.find((kind) => kind !== list);
    if (!shape) return this.want(false, at, value);
    this.fields(shape, value as Record<string, unknown>, at);
  }

  private fields(type: ts.Type, value: Record<string, unknown>, at: string): void {
    const free = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    const known = new Map(checker.getPropertiesOfType(type).map((field) => [field.name, field]));
    for (const [name, field] of known) {
      this.declared.add(`${at}.${name}`);
      const optional = !!(field.flags & ts.SymbolFlags.Optional);
      if (!(name in value) && !optional) this.wrong.add(`${at}.${name} is declared and does not come`);
    }
    for (const [name, inner] of Object.entries(value)) {
      const field = known.get(name);
      const of = field ? checker.getTypeOfSymbol(field) : free;
      if (!of) this.wrong.add(`${at}.${name} comes and is not declared`);
      else {
        this.came.add(`${at}.${name}`);
        this.read(of, inner, `${at}.${name}`);
      }
    }
  }

  private want(fits: unknown, at: string, value: unknown): void {
    if (!fits) this.wrong.add(`${at} has another type than ${JSON.stringify(value)?.slice(0, 60)}`);
  }
}

function read(name: string, value: unknown): string[] {
  const reader = new Reader();
  let type: ts.Type | null = null;
  source.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === name) type = checker.getTypeAtLocation(node);
  });
  reader.read(type!, value, name);
  const never = [...reader.declared].filter((path) => !reader.came.has(path));
  return [...reader.wrong, ...never.map((path) => `${path} is declared and never comes`)].sort();
}

test.each(["PullPage", "RecordReceipt", "Enrolment"])("%s: the server's own answer is what the app's types say", (name) => {
  const answers: Record<string, unknown> = { PullPage: told.pull, RecordReceipt: told.receipt, Enrolment: told.enrolment };
  expect(read(name, answers[name])).toEqual([]);
});

test("a renamed field is red on both ends", () => {
  const items = JSON.parse(JSON.stringify(told.pull).replaceAll('"applies":', '"trades":')) as unknown;
  const wrong = read("PullPage", items);
  expect(wrong).toContain("PullPage.checklists[].sections[].items[].trades comes and is not declared");
  expect(wrong).toContain("PullPage.checklists[].sections[].items[].applies is declared and never comes");
});

test("the server's own list: what is for other trades is known as such, key items and the school's papers first of all", async () => {
  const { db } = await phone();
  await applyPage(db, told.pull, 0);
  const [shop] = await db.premises.toArray();
  const lists = await db.checklists.toArray();
  const items = lists.flatMap((list) => list.sections.flatMap((section) => section.items));
  const foreign = items.filter((item) => isForeign(item, shop!.trade)).map((item) => item.no);
  expect(shop!.trade).toBe("restaurant");
  expect(foreign).toEqual(expect.arrayContaining(["1.4", "K7.5", "K10.1"]));
  expect(items.find((item) => item.no === "1.1" && isForeign(item, shop!.trade))).toBeUndefined();
});
