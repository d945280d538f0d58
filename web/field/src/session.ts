/** What is open while the app is unlocked: one person's database, keys, server access and outbox. */
import { computed, reactive, ref, shallowReactive, shallowRef, watch } from "vue";
import { Api } from "./api";
import { tellSkew, today } from "./clock";
import type { Calendar, Colleague, DayOrder, DueShop, Ground, Organ, Person, PullPage, Registered, Rules, Site, Trade, Years } from "./contract";
import { KeyRing, Vault } from "./crypto";
import { FieldDb } from "./db";
import { Drafts } from "./drafts";
import { ServerProblem } from "./errors";
import { tidy } from "./housekeeping";
import { isUnderWay, Outbox } from "./outbox";
import { prefetch } from "./pictures";
import { profileDb, type Profile } from "./profiles";
import { holdReserve } from "./reserve";
import { askToKeep, full, ifRoom, isFull, tryRoom } from "./storage";
import { KEPT, pullAll } from "./sync";
import { placeSpeaks } from "./i18n";
import { tellTimesOf } from "./workdays";

export interface Reference {
  person: Person | null;
  colleagues: Colleague[];
  rules: Rules | null;
  site: Site | null;
  years: Years | null;
  registered: Registered | null;
  calendar: Calendar | null;
  organ: Organ | null;
  organs: Organ[];
  papers: NonNullable<PullPage["papers"]>;
  trades: Trade[];
  uploads: string;
  day_order: DayOrder | null;
  ground: Ground | null;
  due: DueShop[];
}

const READ = [...KEPT, "last_sync", "grant_until", "revoked", "clock_skew_ms"] as const;

export class Session {
  readonly db: FieldDb;
  readonly vault: Vault;
  readonly api: Api;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly reference = shallowReactive<Reference>({
    person: null,
    colleagues: [],
    rules: null,
    site: null,
    years: null,
    registered: null,
    calendar: null,
    organ: null,
    organs: [],
    papers: {},
    trades: [],
    uploads: "",
    day_order: null,
    ground: null,
    due: [],
  });

  constructor(
    readonly profile: Profile,
    readonly ring: KeyRing,
    db = new FieldDb(profile.id),
  ) {
    this.db = db;
    this.vault = new Vault(ring.keys);
    this.api = new Api(() => this.profile.device, this.vault);
    this.drafts = new Drafts(this.db, this.vault);
    this.outbox = new Outbox(this.db, this.vault, this.api, () => void refreshWaiting(this));
  }

  async loadReference(early = this.db.values(READ)): Promise<void> {
    const kept = await early;
    for (const key of KEPT) if (kept[key] !== undefined) Object.assign(this.reference, { [key]: kept[key] });
    tellTimesOf(this.reference.site?.zone);
    void placeSpeaks(this.reference.site?.language);
    this.reference.person ??= this.profile.person;
    this.api.uploads = this.reference.uploads.replace(/\/$/, "").replace(/\/uploads$/, "");
    status.lastSync = (kept.last_sync as string | undefined) ?? "";
    status.grantUntil = (kept.grant_until as string | undefined) ?? this.profile.grantUntil;
    status.revoked = kept.revoked === this.profile.device;
    status.skew = (kept.clock_skew_ms as number | undefined) ?? 0;
    tellSkew(status.skew, status.lastSync);
  }

  close(): void {
    this.outbox.close();
    this.db.close();
  }
}

/** Where things stand, for the line at the top of every page. */
export const status = reactive({
  online: typeof navigator === "undefined" ? true : navigator.onLine,
  reachable: true,
  syncing: false,
  lastSync: "",
  grantUntil: "",
  /** Milliseconds that the phone's clock was ahead of the server's when they last spoke. */
  skew: 0,
  problem: "",
  /** Reported lost or revoked: what is under way may be sent, nothing new is begun. */
  revoked: false,
  waiting: 0,
  stuck: 0,
  tick: 0,
});

export const session = shallowRef<Session | null>(null);
export const parked = ref(false);

/** The open session; pages are only shown while there is one. */
export function open(): Session {
  if (!session.value) throw new Error("locked");
  return session.value;
}

export const offline = computed(() => !status.online || !status.reachable);

/** Counts what is still on the phone; `tick` tells lists to read again. */
export async function refreshWaiting(of: Session): Promise<void> {
  const rows = await of.db.outbox.toArray();
  status.waiting = rows.length;
  status.stuck = rows.filter((row) => !isUnderWay(row)).length;
  status.tick += 1;
}

/** What was opened and read while somebody was still typing the PIN. */
let ahead: { id: string; db: FieldDb; kept: Promise<Record<string, unknown>> } | null = null;

/** The page of the PIN is gone: what is written from now on must be read when it is opened. */
export function forgetAhead(): void {
  ahead?.db.close();
  ahead = null;
}

/**
 * Begins to read what lies open in a person's part of the phone: an old phone takes long for it, and the keys that are
 * made of the PIN meanwhile are no work of the page's own thread.
 */
export function readAhead(id: string): void {
  if (ahead?.id === id) return;
  forgetAhead();
  const db = new FieldDb(id);
  const kept = db.values(READ);
  ahead = { id, db, kept };
  kept.then(({ site }) => {
    tellTimesOf((site as Site | undefined)?.zone);
    today(); // the first time that is told of a zone loads all that the browser knows of zones
  }, forgetAhead);
}

/** Opens a person's part of the phone and starts keeping it in step with the server. */
export async function unlock(profile: Profile, ring: KeyRing): Promise<void> {
  const early = ahead?.id === profile.id ? ahead : null;
  if (early) ahead = null;
  const next = new Session(profile, ring, early?.db);
  await Promise.all([next.loadReference(early?.kept), refreshWaiting(next)]);
  session.value = next;
  await ifRoom(profileDb.profiles.update(profile.id, { opened: new Date().toISOString() }));
  void askToKeep();
  void syncNow();
}

export function lock(): void {
  clearTimeout(timer);
  session.value?.close();
  session.value = null;
}

const EVERY_MS = 5 * 60_000;
const SOON_MS = 4_000;
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;

/** Kept with the device's id: set up anew, the phone is another device. */
async function noteRevoked(of: Session, device: string): Promise<void> {
  status.revoked = device !== "";
  await ifRoom(of.db.setValue("revoked", device));
}

/** Sends and pulls now, then plans the next time: five minutes after a success, sooner at first after a failure. */
export async function syncNow(): Promise<void> {
  const here = session.value;
  if (!here || status.syncing || parked.value) return;
  clearTimeout(timer);
  status.syncing = true;
  try {
    const before = await here.db.sent.count();
    const sending = here.outbox.runNow().catch(() => undefined); // side by side: photos on a slow line must not keep the tasks of today away
    // what came before the line broke counts: tasks without the rules and colleagues that came with them can't be begun
    await pullAll(here.db, here.api).finally(() => here.loadReference());
    await sending;
    // a page fetched before the server had the record may have brought its task back
    if ((await here.db.sent.count()) > before) await pullAll(here.db, here.api);
    await prefetch(here.db, here.vault, here.api);
    await tidy(here.db);
    failures = 0;
    status.reachable = true;
    status.problem = "";
    if (status.revoked) await noteRevoked(here, "");
  } catch (reason) {
    failures += 1;
    if (isFull(reason)) full.value = true;
    else if (reason instanceof ServerProblem && reason.problem === "device.revoked") await noteRevoked(here, here.profile.device);
    if (reason instanceof ServerProblem) status.problem = [reason.message, reason.mend].filter(Boolean).join(" ");
    else if (!isFull(reason)) status.reachable = false;
  } finally {
    status.syncing = false;
  }
  if (session.value !== here) return;
  await refreshWaiting(here);
  if (!failures) void holdReserve();
  timer = setTimeout(() => void syncNow(), failures ? Math.min(SOON_MS * 2 ** (failures - 1), 60_000) : EVERY_MS);
}

const LOOK_FOR_ROOM_MS = 8_000;

/** While the phone is full: looks again and again whether there is room, and goes on by itself as soon as there is. */
async function lookForRoom(): Promise<void> {
  const here = session.value;
  if (!full.value) return;
  if (here && (await tryRoom(here.db))) return syncNow();
  setTimeout(() => void lookForRoom(), LOOK_FOR_ROOM_MS);
}

/** Follows the network, the room and the eyes on the app. Called once at start. */
export function watchNetwork(): void {
  watch(full, () => setTimeout(() => void lookForRoom(), LOOK_FOR_ROOM_MS));
  window.addEventListener("online", () => {
    status.online = true;
    status.reachable = true;
    void syncNow();
  });
  window.addEventListener("offline", () => (status.online = false));
  document.addEventListener("visibilitychange", onVisibility);
}

/** Out of sight for this long, the app asks for the PIN again. All work is saved by then. */
const LOCK_AFTER_MS = 15 * 60_000;
let hiddenAt = 0;

function onVisibility(): void {
  if (document.visibilityState === "hidden") {
    hiddenAt = Date.now();
  } else if (hiddenAt && Date.now() - hiddenAt > LOCK_AFTER_MS) {
    lock();
  } else {
    void syncNow();
  }
}
