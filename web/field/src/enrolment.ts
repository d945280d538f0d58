/** Setting up a phone for a person, and renewing the grant of one that is set up. */
import * as api from "./api";
import { base64, uuid7 } from "./bytes";
import type { Enrolment } from "./contract";
import { KeyRing, type Wrap } from "./crypto";
import { profileDb, type Profile } from "./profiles";
import type { Session } from "./session";
import { askToKeep } from "./storage";

export interface Granted {
  ring: KeyRing;
  enrolment: Enrolment;
  username: string;
  password: string;
}

/**
 * Three factors to the server; a new key pair whose public half it keeps. A phone that is set up shows by its old key
 * that it is the same one. Throws Unreachable or ServerProblem.
 */
export async function ask(
  form: { username: string; password: string; code: string; device: string },
  renew?: Session,
): Promise<Granted> {
  const { ring, publicKey } = await KeyRing.make(renew?.ring);
  const username = form.username.trim();
  const enrolment = await api.enrol({
    username,
    password: form.password,
    code: form.code.trim(),
    public_key: publicKey,
    device_name: form.device.trim(),
    app: __APP_VERSION__,
    ...(renew ? await renewal(renew, publicKey) : {}),
  });
  return { ring, enrolment, username, password: form.password };
}

async function renewal({ profile, vault }: Session, { x }: JsonWebKey): Promise<{ renews: string; proof: string }> {
  return { renews: profile.device, proof: base64(await vault.sign(`renew:${profile.device}:${x}`)) };
}

/** The PIN that opened the app goes on opening it: the new keys wrapped by it, or null where it has to be chosen anew. */
export async function keepPin({ ring }: Granted): Promise<Wrap | null> {
  return ring.wrapAgain();
}

/** Wraps the keys by PIN and password and writes the profile; a renewed one keeps its database and its work. */
export async function settle({ ring, enrolment, username, password }: Granted, pin: string | Wrap, renew?: Session): Promise<Profile> {
  const profile: Profile = {
    id: renew?.profile.id ?? uuid7(),
    person: enrolment.person,
    username,
    city: enrolment.city,
    device: enrolment.device,
    grantUntil: enrolment.grant_until,
    byPin: typeof pin === "string" ? await ring.wrapByPin(pin) : pin,
    byPassword: await ring.wrap(password),
    wrong: 0,
    blockedUntil: 0,
    opened: new Date().toISOString(),
  };
  await profileDb.profiles.put(profile);
  if (renew && renew.profile.device !== profile.device) await dropNumbers(renew);
  await askToKeep();
  return profile;
}

/** Numbers were reserved for the device that was: another one gets its own. Papers laid out for signing keep theirs. */
async function dropNumbers(session: Session): Promise<void> {
  const drafts = await session.drafts.list();
  const signing = new Set(drafts.filter(({ head }) => head.frozen).map(({ head }) => head.id));
  await session.db.numbers.filter((row) => !row.used && !signing.has(row.heldBy)).delete();
}

export async function changePin(session: Session, pin: string): Promise<void> {
  const byPin = await session.ring.wrapByPin(pin);
  await profileDb.profiles.update(session.profile.id, { byPin, wrong: 0, blockedUntil: 0 });
}

interface Hints {
  getHighEntropyValues(names: string[]): Promise<{ model?: string; platform?: string }>;
}

/** Browsers that staff phones come with, the narrower name before the one that it is made from. */
const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, "WeChat"],
  [/HuaweiBrowser/, "HUAWEI Browser"],
  [/MiuiBrowser/, "Mi Browser"],
  [/HeyTapBrowser/, "HeyTap Browser"],
  [/VivoBrowser/, "vivo Browser"],
  [/SamsungBrowser/, "Samsung Internet"],
  [/EdgA?\//, "Edge"],
  [/Firefox/, "Firefox"],
  [/Chrom(e|ium)/, "Chrome"],
];

/** A name that tells phones apart on the person's page at the desk: model and browser. */
export async function deviceName(): Promise<string> {
  const agent = navigator.userAgent;
  const hints = (navigator as { userAgentData?: Hints }).userAgentData;
  const told = await hints?.getHighEntropyValues(["model", "platform"]).catch(() => undefined);
  const written = /Android[^;)]*;\s*([^;)]+?)(?:\s+Build|[;)])/.exec(agent)?.[1];
  // browsers hide the model from old pages behind the letter K
  const model = told?.model || (written && written !== "K" ? written : "") || told?.platform || /Android|Windows|Macintosh|Linux/.exec(agent)?.[0] || "";
  const browser = BROWSERS.find(([mark]) => mark.test(agent))?.[1] ?? "";
  return [model, browser].filter(Boolean).join(" · ") || "phone";
}
