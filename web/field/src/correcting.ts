/** What is otherwise at the door than the phone knew: a record of its own, handed to the outbox like any other. */
import { canonical, type Json } from "./canonical";
import { uuid7 } from "./bytes";
import type { Premises } from "./contract";
import { outboxRow } from "./outbox";
import { SCHEMA, type Change, type Correction, type Place } from "./record";
import { refreshWaiting, type Session } from "./session";
import { localTime } from "./workdays";

export interface Typed {
  phone: string;
  contact: string;
  contact_phone: string;
  sign: string;
  place: Place | null;
}

/** The fields as the phone knows them. */
export function known(shop: Premises): Typed {
  return { phone: shop.phone || shop.entity.phone || "", contact: shop.contact ?? "", contact_phone: "", sign: shop.name, place: null };
}

/** Whether it can be a telephone number, as the server has it (`registry/proposals.py`): 7 to 15 digits and what is written between. */
export function isNumber(text: string): boolean {
  const digits = text.replace(/\D/g, "").length;
  return /^\+?[\d ()-]{7,23}$/.test(text.trim()) && digits >= 7 && digits <= 15;
}

/** Which of the numbers that were typed anew cannot be one. */
export function unfit(shop: Premises, typed: Typed): ("phone" | "contact_phone")[] {
  const was = known(shop);
  return (["phone", "contact_phone"] as const).filter((key) => typed[key].trim() && typed[key].trim() !== was[key] && !isNumber(typed[key]));
}

/** Only what is otherwise than before; nothing when all is as it was. */
export function changes(shop: Premises, typed: Typed): Change[] {
  const old = known(shop);
  const made: Change[] = [];
  const text = (what: "phone" | "sign", was: string, is: string) => is.trim() && is.trim() !== was && made.push({ what, old: { text: was }, new: { text: is.trim() } });
  text("phone", old.phone, typed.phone);
  text("sign", old.sign, typed.sign);
  const [name, phone] = [typed.contact.trim(), typed.contact_phone.trim()];
  if (name !== old.contact || phone) made.push({ what: "contact", old: { name: old.contact }, new: phone ? { name, phone } : { name } });
  if (typed.place) {
    const was = shop.lat && shop.lon ? { lat: shop.lat, lon: shop.lon } : null;
    made.push({ what: "pin", old: was, new: { lat: typed.place.lat, lon: typed.place.lon } });
  }
  return made;
}

/** Puts the correction into the outbox; returns its id. */
export async function propose(here: Session, shop: Premises, made: Change[]): Promise<string> {
  const draft = (await here.db.drafts.where("premises").equals(shop.uid).first())?.id ?? null;
  const content = { premises: shop.uid, visit: draft, device: here.profile.device, app: __APP_VERSION__, made: localTime(new Date()), changes: made };
  const record: Correction = { schema: SCHEMA, id: uuid7(), kind: "correction", content };
  const facts = { id: record.id, task: "", name: shop.name, next_step: "correction", photos: [] };
  await here.db.outbox.add(await outboxRow(here.vault, facts, canonical(record as unknown as Json), []));
  await refreshWaiting(here);
  void here.outbox.run().catch(() => undefined);
  return record.id;
}
