/** Setting up a phone for a person, and renewing the grant of one that is set up. */
import * as api from "./api";
import { uuid7 } from "./bytes";
import type { Enrolment } from "./contract";
import { KeyRing } from "./crypto";
import { profileDb, type Profile } from "./profiles";
import type { Session } from "./session";
import { askToKeep } from "./storage";

export interface Granted {
  ring: KeyRing;
  enrolment: Enrolment;
  password: string;
}

/** Three factors to the server; a new key pair whose public half it keeps. Throws Unreachable or ServerProblem. */
export async function ask(
  form: { username: string; password: string; code: string; device: string },
  renew?: Session,
): Promise<Granted> {
  const { ring, publicKey } = await KeyRing.make(renew?.ring);
  const enrolment = await api.enrol({
    username: form.username.trim(),
    password: form.password,
    code: form.code.trim(),
    public_key: publicKey,
    device_name: form.device.trim(),
    app: __APP_VERSION__,
  });
  return { ring, enrolment, password: form.password };
}

/** Wraps the keys by PIN and password and writes the profile; a renewed one keeps its database and its work. */
export async function settle({ ring, enrolment, password }: Granted, pin: string, renew?: Session): Promise<Profile> {
  const profile: Profile = {
    id: renew?.profile.id ?? uuid7(),
    person: enrolment.person,
    city: enrolment.city,
    device: enrolment.device,
    grantUntil: enrolment.grant_until,
    byPin: await ring.wrap(pin),
    byPassword: await ring.wrap(password),
    wrong: 0,
    blockedUntil: 0,
    opened: new Date().toISOString(),
  };
  await profileDb.profiles.put(profile);
  if (renew) await dropNumbers(renew);
  await askToKeep();
  return profile;
}

/** Numbers were reserved for the device that was: a renewed one gets its own. Papers laid out for signing keep theirs. */
async function dropNumbers(session: Session): Promise<void> {
  const drafts = await session.drafts.list();
  const signing = new Set(drafts.filter(({ head }) => head.frozen).map(({ head }) => head.id));
  await session.db.numbers.filter((row) => !row.used && !signing.has(row.heldBy)).delete();
}

export async function changePin(session: Session, pin: string): Promise<void> {
  const byPin = await session.ring.wrap(pin);
  await profileDb.profiles.update(session.profile.id, { byPin, wrong: 0, blockedUntil: 0 });
}

/** A name that tells phones apart on the person's page at the desk. */
export function deviceName(): string {
  const agent = navigator.userAgent;
  const model = /Android[^;)]*;\s*([^;)]+?)(?:\s+Build|[;)])/.exec(agent)?.[1];
  return model ?? (/Windows|Macintosh|Linux/.exec(agent)?.[0] || "phone");
}
