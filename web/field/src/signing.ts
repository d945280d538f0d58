/**
 * Signing. Freezing writes the content down as canonical JSON with its numbers; from then on it only changes by being
 * taken back, which takes the signatures with it. What is signed, shown, printed and sent is this one text.
 */
import { toRaw } from "vue";
import { amendable } from "./amending";
import { skewNow } from "./clock";
import { canonical, canonicalText, type Json } from "./canonical";
import { contentOf, papersNeeded } from "./content";
import type { Organ } from "./contract";
import { holdNumbers, removeDraftRows, type Frozen, type Laid } from "./drafts";
import { digestOf } from "./crypto";
import type { FieldDb } from "./db";
import { outboxRow } from "./outbox";
import { remember } from "./remarks";
import { paperViews, type PaperView } from "./paperview";
import { SCHEMA, type Content, type FieldRecord, type Refused, type Signature, type SignerRole } from "./record";
import { refreshWaiting } from "./session";
import type { Visit } from "./visit";
import { wordsOf } from "./wording";
import { localTime } from "./workdays";

/** Lays the papers on the table. Earlier signatures go, since they were for another text; `more` is kept beside it. */
export async function freeze(visit: Visit, deadline: string | null, more: Partial<Frozen> = {}): Promise<void> {
  const { session, head } = visit;
  await visit.flush();
  Object.assign(head, { deadline });
  const papers = await holdNumbers(session.db, head.id, papersNeeded(visit.draft, visit.failed.value, session.reference.papers), organOf(visit)?.area);
  const content = contentOf(visit.draft, visit.sheet, {
    device: session.profile.device,
    app: __APP_VERSION__,
    ended: localTime(new Date()),
    skew: skewNow(),
    rules: session.reference.rules,
    words: wordsOf(session.reference.papers.onsite_record),
    papers,
  });
  const text = canonicalText(content as unknown as Json);
  const frozen: Frozen = { content: text, digest: await digestOf(JSON.parse(text) as Json), signatures: [], ...more };
  Object.assign(head, { frozen });
  await session.drafts.saveHead(toRaw(head));
}

/** Takes the papers back for changing; signatures made so far are dropped. */
export async function thaw(visit: Visit): Promise<void> {
  Object.assign(visit.head, { frozen: null, refused: visit.head.hindered ? visit.head.refused : null });
  await visit.session.drafts.saveHead(toRaw(visit.head));
}

/** What nobody signs is laid down and handed to the outbox at once: a shut door, a place that is only noted. */
export async function submitUnsigned(visit: Visit): Promise<string> {
  if (!visit.head.frozen) await freeze(visit, null);
  return submit(visit);
}

/** Whether a refusal can be laid down: with its reason, and a witness or the reason why there is none. */
export function isWitnessed(refused: Refused): boolean {
  return !!refused.reason.trim() && !!(refused.witness.trim() || refused.no_witness?.trim());
}

/** Without what was typed before a witness was found. */
export function tidyRefusal({ reason, witness, no_witness }: Refused): Refused {
  const why = no_witness?.trim();
  return { reason: reason.trim(), witness: witness.trim(), ...(why && !witness.trim() ? { no_witness: why } : {}) };
}

/**
 * Notes that the person in charge will not sign. The refusal is part of the record that the officers sign for, so its text
 * and digest change: it is frozen anew, and who had signed signs again. The text before it is kept beside it.
 */
export async function refuse(visit: Visit, refused: Refused): Promise<void> {
  const { frozen, deadline } = visit.head;
  visit.head.refused = refused;
  await freeze(visit, deadline, frozen ? { before: laid(frozen), again: officersOf(frozen) } : {});
}

/**
 * He signs after all: the very text from before the refusal lies on the table again. What the officers signed of it holds,
 * since nothing of it changed; he himself signs anew, and so does who had signed the refusal only.
 */
export async function relent(visit: Visit): Promise<void> {
  const { head } = visit;
  if (!head.frozen?.before) {
    head.refused = null;
    return freeze(visit, head.deadline, head.frozen ? { again: officersOf(head.frozen) } : {});
  }
  await visit.flush();
  const { before } = head.frozen;
  const signatures = before.signatures.filter((each) => isOfficer(each.who));
  const again = officersOf(head.frozen).filter((who) => !signatures.some((each) => each.who === who));
  Object.assign(head, { refused: null, frozen: { ...toRaw(before), signatures, again } });
  await visit.session.drafts.saveHead(toRaw(head));
}

/** Who of those that must sign again has not yet done so. */
export function unsignedAgain(frozen: Frozen): SignerRole[] {
  return (frozen.again ?? []).filter((who) => !frozen.signatures.some((each) => each.who === who));
}

const isOfficer = (who: SignerRole): boolean => who === "inspector1" || who === "inspector2";
const officersOf = (of: Laid): SignerRole[] => of.signatures.map((each) => each.who).filter(isOfficer);
const laid = (of: Frozen): Laid => ({ content: of.content, digest: of.digest, signatures: [...toRaw(of.signatures)] });

/** Keeps the strokes of one signer, or takes them away when there are none. */
export function keepSignature(visit: Visit, signature: Signature): void {
  const { frozen } = visit.head;
  if (!frozen) return;
  const others = frozen.signatures.filter((each) => each.who !== signature.who);
  const signatures = signature.strokes.length ? [...others, signature] : others;
  visit.saveHead({ frozen: { ...toRaw(frozen), signatures } });
}

/** Who has to sign, in the order of signing. */
export function signersOf(content: Content): { who: SignerRole; name: string; certificate_no?: string; must: boolean }[] {
  const [first, second] = content.inspectors;
  const officer = (who: SignerRole, of = first) => ({ who, name: of?.name ?? "", certificate_no: of?.certificate_no ?? "", must: true });
  if (content.present.left || content.amends?.absent) return [officer("inspector1", first), officer("inspector2", second)];
  const party = content.refused
    ? [{ who: "witness" as const, name: content.refused.witness, must: true }].filter((each) => each.name)
    : [{ who: "party" as const, name: content.present.name, must: true }];
  return [...party, officer("inspector1", first), officer("inspector2", second)];
}

/** In whose name the papers are made: the office in whose area the place lies, where the officer works for several. */
function organOf(visit: Visit): Organ | null {
  const { organ, organs } = visit.session.reference;
  const fitting = organs.filter((one) => visit.head.premises.area.startsWith(one.area));
  return fitting.sort((one, other) => other.area.length - one.area.length)[0] ?? organs[0] ?? organ;
}

export function viewsOf(visit: Visit): PaperView[] {
  const { frozen, premises, id } = visit.head;
  if (!frozen) return [];
  return paperViews({
    content: JSON.parse(frozen.content) as Content,
    digest: frozen.digest,
    premises,
    id,
    sheet: visit.head.purpose === "recheck" ? null : visit.sheet,
    organ: organOf(visit),
    forms: visit.session.reference.papers,
    signatures: frozen.signatures,
    origin: visit.session.reference.site?.origin || location.origin,
  });
}

/** What a new version takes the place of is not amended again: the next one amends the new one. */
async function replaced(db: FieldDb, old: string | undefined, by: string): Promise<void> {
  if (!old) return;
  await db.outbox.update(old, { amended: by });
  await db.sent.update(old, { amended: by, record: null });
}

/** Hands the signed record to the outbox; draft and numbers change in the same transaction. */
export async function submit(visit: Visit): Promise<string> {
  const { session, head } = visit;
  const { frozen } = head;
  if (!frozen) throw new Error("not frozen");
  const content = JSON.parse(frozen.content) as Content;
  const order = signersOf(content).map((signer) => signer.who);
  const signatures = [...toRaw(frozen).signatures].sort((a, b) => order.indexOf(a.who) - order.indexOf(b.who));
  const record: FieldRecord = { schema: SCHEMA, id: head.id, kind: "inspection", content, digest: frozen.digest, signatures, ...(head.outside ? { outside: toRaw(head.outside) } : {}) };
  const next_step = content.hindered?.kind ?? (content.mode === "note" ? "note" : content.unlisted ? "unlisted" : "");
  const facts = {
    id: head.id,
    task: content.task ?? "",
    name: head.premises.name,
    next_step,
    photos: [...content.photos, ...(content.voices ?? [])],
    ...amendable(content, session.reference.rules?.amend_days),
  };
  const row = await outboxRow(session.vault, facts, canonical(record as unknown as Json), viewsOf(visit));
  const { db } = session;
  await visit.flush();
  const tables = [db.outbox, db.sent, db.drafts, db.answers, db.photos, db.blobs, db.numbers];
  await db.transaction("rw", tables, async () => {
    if (!(await db.drafts.get(head.id))) return; // a second tap: it lies in the outbox already
    await db.outbox.add(row);
    await replaced(db, content.amends?.record, head.id);
    await db.numbers.where("heldBy").equals(head.id).modify({ used: 1 });
    await removeDraftRows(db, head.id);
  });
  await remember(session, visit.sheet, content.answers).catch(() => undefined); // the record is safe: wordings are a help only
  await refreshWaiting(session);
  void session.outbox.run().catch(() => undefined); // whatever went wrong stands in the outbox itself
  return head.id;
}

