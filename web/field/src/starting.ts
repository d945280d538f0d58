/** Starting a visit: who goes, with which checklist. */
import { today } from "./clock";
import type { Place } from "./applying";
import type { Premises, Purpose, Registered, Task } from "./contract";
import type { Head } from "./drafts";
import type { Place as Spot, Signer, Unlisted } from "./record";
import { t } from "./i18n";
import { status, type Session } from "./session";
import { maySign, partyId, worksAt } from "./tasks";

/** What the lists ask of a shop. */
export function placeOf({ uid, trade, licences, entity }: Premises, registers: Registered | null): Place {
  const registered = Object.keys(registers ?? {}).filter((kind) => registers?.[kind]?.includes(uid));
  return { trade, licences, industry: entity.industry ?? "", registered };
}

/** A place without a file, as it was entered at its door. */
export function entered(uid: string, { name, where, trade }: Pick<Unlisted, "name" | "where" | "trade">, at: Pick<Spot, "lat" | "lon"> | null): Premises {
  const entity = { uid: "", name, code: null, scheme: null, kind: null, representative: null, phone: null };
  return { uid, entity, name, address: where, lat: at?.lat ?? null, lon: at?.lon ?? null, door_code: "", area: "", trade, licences: [], last: null };
}

/** The two officers as far as they are known: oneself, and the task's other one or the one of the last visit. */
export async function officers(here: Session, task: Task | null, area: string): Promise<Signer[]> {
  const me = here.reference.person;
  if (!me) return [];
  const usual = await here.db.value<string>("second");
  const named = [partyId(task?.second ?? null), partyId(task?.assignee ?? null), usual ?? ""];
  const second = named
    .map((id) => here.reference.colleagues.find((each) => String(each.id) === id && String(each.id) !== String(me.id)))
    .find((each) => each && maySign(each, today()) && worksAt(each, area));
  const signer = ({ id, name, certificate_no }: Signer): Signer => ({ id, name, certificate_no });
  return second ? [signer(me), signer(second)] : [signer(me)];
}

/** The server said that this phone was reported lost: nothing new is begun on it. */
export class PhoneRevoked extends Error {}

/** Why a visit did not start, for the person who tapped. */
export function notStarted(reason: unknown): string {
  return t(reason instanceof PhoneRevoked ? "trouble.revoked" : "trouble.not_started");
}

/** Throws PhoneRevoked. */
export async function startVisit(
  here: Session,
  premises: Premises,
  task: Task | null,
  purpose: Purpose,
  checklists: Head["checklists"],
  more: Parameters<Session["drafts"]["start"]>[5] = {},
): Promise<string> {
  if (status.revoked) throw new PhoneRevoked();
  return here.drafts.start(premises, task, purpose, checklists, await officers(here, task, premises.area), more);
}
