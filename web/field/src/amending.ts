/**
 * A record that was signed and sent is put right by signing a new version: a draft that begins with all that the first
 * one says. The server keeps both (`programmes/inspection/amending`); the phone keeps the first one's text as long as
 * the rule lets its officers amend it.
 */
import { uuid7 } from "./bytes";
import { findingsText } from "./content";
import type { Premises } from "./contract";
import { checklistRef, type Amendable, type OutboxRow, type SentRow } from "./db";
import type { Head } from "./drafts";
import { join } from "./joining";
import type { Content, FieldRecord } from "./record";
import type { Session } from "./session";
import { entered } from "./starting";
import { localDate } from "./workdays";
import { wordsOf } from "./wording";

/** Where the place sets no bound, the phone keeps a text for so long. */
const KEPT_DAYS = 31;

/** Until when a record may be amended, and what the phone must keep for it; nothing for what the desk puts right. */
export function amendable(content: Content, days: number | null | undefined): { amendable?: Amendable } {
  if (content.hindered || content.rechecks.length || (content.mode !== "full" && content.mode !== "short")) return {};
  const until = new Date(content.started);
  until.setDate(until.getDate() + (days ?? KEPT_DAYS));
  return { amendable: { until: localDate(until), lists: content.checklists.map(checklistRef) } };
}

export type Sent = Pick<OutboxRow | SentRow, "id" | "name" | "amendable" | "amended">;

/** Whether its officers may still sign a new version of it. */
export function mayAmend(row: Sent, today: string): boolean {
  return !!row.amendable && !row.amended && today <= row.amendable.until;
}

/** The premises as the phone knows them; of a place without a file, as it was entered at the door. */
async function premisesOf(here: Session, { premises, unlisted, place }: Content): Promise<Premises | null> {
  const known = await here.db.premises.get(premises);
  return known ?? (unlisted ? entered(premises, unlisted, place) : null);
}

async function textOf(here: Session, id: string): Promise<FieldRecord | null> {
  const box = (await here.db.outbox.get(id))?.box ?? (await here.db.sent.get(id))?.record;
  return box ? (JSON.parse(new TextDecoder().decode(await here.vault.open(box, `outbox/${id}`))) as FieldRecord) : null;
}

/** Begins the new version, or goes on with the one that was begun; null where the phone has not all of it any more. */
export async function amend(here: Session, id: string): Promise<{ draft: string; short: boolean } | null> {
  const going = await here.db.drafts.filter((row) => row.amends === id).first();
  const record = await textOf(here, id);
  if (!record) return null;
  const { content } = record;
  const short = content.mode === "short";
  if (going) return { draft: going.id, short };
  const premises = await premisesOf(here, content);
  const lists = (await here.db.checklists.bulkGet(content.checklists.map(checklistRef))).filter((list) => list !== undefined);
  if (!premises || lists.length < content.checklists.length) return null;
  const head: Head = {
    ...headOf(content, premises),
    amends: {
      record: id,
      reason: "",
      absent: false,
      ended: content.ended,
      task: content.task,
      deadline: content.deadline,
      papers: content.papers.map(({ kind, number }) => ({ kind, number })),
      ...(content.check_code ? { check_code: content.check_code } : {}),
    },
  };
  const answers = new Map(content.answers.map((answer) => [answer.item, answer]));
  const photos = [...content.photos, ...(content.voices ?? [])].map((each) => ({ ...each, name: "" }));
  const sheet = lists.length ? join(lists) : null;
  const written = findingsText({ head: { ...head, findings: null }, answers, photos }, sheet, wordsOf(here.reference.papers.onsite_record));
  if (!short && written === content.findings) head.findings = null; // written by the answers: it follows them
  await here.drafts.begin({ head, answers, photos });
  return { draft: head.id, short };
}

function headOf(content: Content, premises: Premises): Head {
  return {
    id: uuid7(),
    premises,
    task: null,
    purpose: content.purpose,
    checklists: content.checklists,
    started: content.started,
    place: content.place,
    inspectors: content.inspectors,
    present: content.present,
    informed: content.informed,
    findings: content.findings,
    statement: content.statement,
    deadline: content.deadline,
    refused: null,
    rechecks: {},
    ...(content.unlisted ? { unlisted: content.unlisted } : {}),
    ...(content.mode === "short" ? { short: true } : {}),
    frozen: null,
  };
}
