/** An open draft on the screen: its answers, photos and progress, each change saved the moment it is made. */
import { computed, onUnmounted, reactive, ref, shallowRef, toRaw, watch } from "vue";
import { sha256 } from "./bytes";
import { rightNow } from "./clock";
import { capture, captureMarked, NotAPhoto, PhotoTooLarge, TooManyPixels, type Captured } from "./capture";
import { deadlineOffer, grantedUntil, isForeign, overall, verdicts } from "./content";
import type { CheckItem, OpenItem } from "./contract";
import { checklistRef } from "./db";
import { limitsOf, measuredWhole, outside, readingSaid, readingsOf } from "./decide";
import { isVoice, type Head, type OpenDraft, type PhotoMeta } from "./drafts";
import { metresBetween, whereAmI } from "./geo";
import { t } from "./i18n";
import { join, placesOf, type Asked, type AskedSection, type Sheet } from "./joining";
import type { Answer, Reading, Recheck } from "./record";
import { followed } from "./rechecking";
import { checkVoice, settled, type Spoken } from "./recording";
import { open } from "./session";
import { lookAhead } from "./reserve";
import { full } from "./storage";
import { localDate, localTime } from "./workdays";

const TRY_AGAIN_MS = 3_000;
/** The one of the page before: what is being typed there is kept before the next page reads it. */
let latest: Visit | null = null;

/** How an answer keeps its readings: as `readings` by kind, or as the one `value`. */
function measuredAs(item: CheckItem, readings: Reading[]): Pick<Answer, "value" | "unit" | "readings"> {
  if (item.answer.limits) return { readings: readings.length ? readings : undefined };
  return { value: readings[0]?.value, unit: readings[0]?.unit };
}

export class Visit {
  readonly head: Head;
  readonly answers: Map<string, Answer>;
  readonly photos: PhotoMeta[];
  /** The lists that it goes by, as one; null while one of them is not on the phone. */
  readonly sheet: Sheet | null;
  readonly session = open();
  /** Findings of a follow-up that the desk settled after it was begun, by the uid of their order. */
  readonly over = shallowRef(new Set<string>());
  /** Trouble worth a sentence: storage full, photo too large. */
  readonly trouble = ref("");
  private dirty = false;
  private closed = false;
  private writing: Promise<void> | null = null;

  constructor(draft: OpenDraft, sheet: Sheet | null) {
    this.head = reactive(draft.head) as Head;
    this.answers = reactive(draft.answers) as Map<string, Answer>;
    this.photos = reactive(draft.photos) as PhotoMeta[];
    this.sheet = sheet;
  }

  static async load(id: string): Promise<Visit | null> {
    const here = open();
    await settled();
    await latest?.flush();
    const draft = await here.drafts.load(id);
    if (!draft) return null;
    const refs = draft.head.checklists.map(checklistRef);
    const lists = (await here.db.checklists.bulkGet(refs)).filter((list) => list !== undefined);
    const visit = new Visit(draft, refs.length && lists.length === refs.length ? join(lists) : null);
    if (!visit.head.frozen) visit.answerForeign();
    if (!visit.head.frozen) await visit.follow();
    return (latest = visit);
  }

  get draft(): OpenDraft {
    return { head: this.head, answers: this.answers, photos: this.photos };
  }

  /** Whether an item failed at the last visit, by whichever of its lists. */
  failedBefore(item: Asked): boolean {
    const last = this.head.premises.last;
    if (!last || !this.sheet || this.head.amends) return false; // the last visit that the phone knows is this one
    return placesOf(this.sheet, item).some(({ id, no }) => (last.failed_of ? last.failed_of[id]?.includes(no) : last.failed.includes(no)));
  }

  /** What failed last time stands first and is left out of its own section. */
  readonly sections = computed<AskedSection[]>(() => {
    const list = this.sheet?.sections ?? [];
    const again = (item: Asked) => this.failedBefore(item);
    const first = list.flatMap((section) => section.items.filter(again));
    const rest = list.map((section) => ({ ...section, items: section.items.filter((item) => !again(item)) }));
    const shown = rest.filter((section) => section.items.length);
    return first.length ? [{ no: "last", title: t("check.last_failed"), items: first }, ...shown] : shown;
  });

  readonly items = computed<Asked[]>(() => this.sections.value.flatMap((section) => section.items));
  /** Items called compliant that want a number and have none. */
  readonly unmeasured = computed(() =>
    this.items.value.filter((item) => {
      const given = this.answers.get(item.no);
      return item.answer.type === "number" && given?.answer === "yes" && !measuredWhole(item, readingsOf(given));
    }),
  );
  readonly open = computed(() => this.items.value.filter((item) => !this.answers.has(item.no)));

  readonly failed = computed(() => {
    const rules = this.session.reference.rules;
    return rules && this.sheet ? verdicts(rules.decide, this.sheet, this.answers) : [];
  });

  readonly outcome = computed(() => {
    const rules = this.session.reference.rules;
    return rules && this.sheet ? overall(rules.decide, this.sheet, this.failed.value) : null;
  });

  readonly deadline = computed(() => {
    const { rules, calendar } = this.session.reference;
    const day = this.head.amends ? this.head.started.slice(0, 10) : localDate(rightNow()); // days run from the visit
    return rules ? deadlineOffer(rules, calendar, day, grantedUntil(this.head)) : null;
  });

  private guard(work: Promise<unknown>, undo: () => void = () => undefined): void {
    this.trouble.value = "";
    work.catch(() => {
      undo();
      this.trouble.value = t("trouble.not_saved");
    });
  }

  /** Saves an answer; if the phone cannot keep it, the screen goes back to what is kept. */
  private put(answers: Answer[]): void {
    const before = answers.map((answer) => [answer.item, this.answers.get(answer.item)] as const);
    answers.forEach((answer) => this.answers.set(answer.item, answer));
    this.guard(this.session.drafts.saveAnswers(this.head.id, answers), () =>
      before.forEach(([item, old]) => (old ? this.answers.set(item, old) : this.answers.delete(item))),
    );
  }

  /** The inspector taps an answer. A value outside its limits cannot be called compliant. */
  answer(item: CheckItem, answer: Answer["answer"]): void {
    const beyond = outside(item, readingsOf(this.answers.get(item.no)));
    if (answer === "yes" && beyond.length) {
      this.trouble.value = t("trouble.outside", { value: beyond.map(readingSaid).join(" · ") });
      return;
    }
    this.put([{ ...this.kept(item), item: item.no, answer, by: "tap", at: localTime(new Date()) }]);
  }

  /** What an item already has beside its answer: note, value, photos (which may come before the answer). */
  private kept(item: CheckItem): Partial<Answer> {
    const old = this.answers.get(item.no);
    const photos = this.photosOf(item.no).map((photo) => photo.sha256);
    return { ...(old ? toRaw(old) : {}), ...(photos.length ? { photos } : {}) };
  }

  /** A value was measured. */
  measure(item: CheckItem, of: string, value: string): void {
    const { unit } = limitsOf(item).find((limit) => limit.of === of) ?? {};
    const reading = { of, value, ...(unit ? { unit } : {}) };
    this.judge(item, [...readingsOf(this.answers.get(item.no)).filter((each) => each.of !== of), reading]);
  }

  /** A value that was typed by mistake goes. */
  unmeasure(item: CheckItem, of: string): void {
    const old = readingsOf(this.answers.get(item.no));
    const left = old.filter((each) => each.of !== of);
    if (left.length < old.length) this.judge(item, left);
  }

  /**
   * Measured values judge the item by themselves, each by the limits of its kind. "Does not comply" that was tapped for
   * another reason stays, and so does the answer when the last value goes.
   */
  private judge(item: CheckItem, readings: Reading[]): void {
    const old = this.answers.get(item.no);
    const byHand = old?.answer === "no" && !outside(item, readingsOf(old)).length;
    const judged = outside(item, readings).length || byHand ? "no" : "yes";
    const answer = readings.length ? judged : (old?.answer ?? judged);
    const at = localTime(new Date());
    this.put([{ ...this.kept(item), item: item.no, answer, by: "tap", at, ...measuredAs(item, readings) }]);
  }

  /** Changes what stands beside an answer: note, danger to safety, corrected on site. */
  amend(item: CheckItem, change: Pick<Answer, "note" | "safety" | "corrected" | "products">): void {
    const old = this.answers.get(item.no);
    if (old) this.put([{ ...toRaw(old), ...change }]);
  }

  /** Items of a section that one tap may answer: untouched, never a key item, nor one that wants a measurement. */
  rest(section: AskedSection): Asked[] {
    if (section.no === "last") return [];
    return section.items.filter((item) => !item.key && item.answer.type !== "number" && !this.answers.has(item.no));
  }

  answerRest(section: AskedSection): void {
    const at = localTime(new Date());
    this.put(this.rest(section).map((item) => ({ item: item.no, answer: "yes", by: "section", at })));
  }

  /** Whether an item is for other trades than this shop's. */
  foreign(item: CheckItem): boolean {
    return isForeign(item, this.head.premises.trade);
  }

  /** Items for other trades are answered beforehand; the page says so, and the inspector may answer otherwise. */
  private answerForeign(): void {
    const at = localTime(new Date());
    const untouched = this.open.value.filter((item) => this.foreign(item));
    if (untouched.length) this.put(untouched.map((item) => ({ item: item.no, answer: "na", by: "trade", at })));
  }

  photosOf(item: string): PhotoMeta[] {
    return this.photos.filter((photo) => photo.item === item && !isVoice(photo));
  }

  voicesOf(item: string): PhotoMeta[] {
    return this.photos.filter((photo) => photo.item === item && isVoice(photo));
  }

  /** Keeps what was said at an item. Throws where it cannot be kept or heard again. */
  async addVoice({ sound, seconds }: Spoken, item: string): Promise<void> {
    const bytes = new Uint8Array(await sound.arrayBuffer());
    const type = checkVoice(bytes);
    const meta: PhotoMeta = { sha256: await sha256(bytes), size: bytes.length, type, taken: localTime(new Date()), name: "", item, seconds };
    await this.session.drafts.addPhoto(this.head.id, meta, bytes, new Uint8Array());
    this.photos.push(meta);
    this.trouble.value = "";
  }

  async addPhoto(file: Blob, item: string): Promise<void> {
    const most = this.session.reference.rules?.limits?.photos_per_item;
    if (most && this.photosOf(item).filter((photo) => !photo.of).length >= most) {
      this.trouble.value = t("trouble.photo_many", { n: most });
      return;
    }
    try {
      const place = await whereAmI();
      await this.keepPhoto(await capture(file, place, item, this.stamp, this.session.reference.rules?.limits?.pixels));
    } catch (reason) {
      this.sayPhotoTrouble(reason);
    }
  }

  /** Keeps what was drawn on a photo beside it; drawn anew, it takes the place of what was drawn before. */
  async addMarked(file: Blob, origin: PhotoMeta): Promise<void> {
    const before = this.markedOf(origin.sha256).map((photo) => photo.sha256);
    try {
      const made = await captureMarked(file, toRaw(origin), [this.stamp[0]!, t("mark.stamp"), this.stamp[1]!]);
      await this.keepPhoto(made);
      for (const sha of before.filter((each) => each !== made.meta.sha256)) await this.removePhoto(sha);
    } catch (reason) {
      this.sayPhotoTrouble(reason);
    }
  }

  markedOf(sha256: string): PhotoMeta[] {
    return this.photos.filter((photo) => photo.of === sha256);
  }

  /** Burnt into the copy that is shown: where, and by whom. */
  private get stamp(): string[] {
    return [this.head.premises.name, this.head.inspectors.map((each) => each.name).join(" ")];
  }

  private async keepPhoto({ meta, original, shown }: Captured): Promise<void> {
    if (this.photos.some((photo) => photo.sha256 === meta.sha256)) return;
    await this.session.drafts.addPhoto(this.head.id, meta, original, shown);
    this.photos.push(meta);
    if (meta.item) this.linkPhotos(meta.item);
    this.trouble.value = "";
  }

  private sayPhotoTrouble(reason: unknown): void {
    if (reason instanceof PhotoTooLarge) this.trouble.value = t("trouble.photo_large");
    else if (reason instanceof TooManyPixels) this.trouble.value = t("trouble.photo_pixels");
    else if (reason instanceof NotAPhoto) this.trouble.value = t("trouble.no_photo");
    else this.trouble.value = t("trouble.photo_not_saved");
  }

  /** A photo goes with what was drawn on it. */
  async removePhoto(sha256: string): Promise<void> {
    for (const marked of this.markedOf(sha256)) await this.removePhoto(marked.sha256);
    const at = this.photos.findIndex((photo) => photo.sha256 === sha256);
    if (at < 0) return;
    await this.session.drafts.removePhoto(this.head.id, sha256);
    const [gone] = this.photos.splice(at, 1);
    if (gone?.item) this.linkPhotos(gone.item);
  }

  /** The answer (or finding) names its photos by their digests. */
  private linkPhotos(item: string): void {
    const photos = this.photosOf(item).map((photo) => photo.sha256);
    const answer = this.answers.get(item);
    if (answer) this.put([{ ...toRaw(answer), photos }]);
    const open = this.head.task?.open_items.find((each) => each.item === item);
    const recheck = open && this.head.rechecks[open.rectification];
    if (open && recheck) this.recheck(open, { photos });
  }

  /** Goes on with what the last update says of its findings. */
  private async follow(): Promise<void> {
    const { task, over } = followed(this.draft, this.head.task ? await this.session.db.tasks.get(this.head.task.uid) : undefined);
    this.over.value = over;
    if (task && toRaw(task) !== toRaw(this.head.task)) this.saveHead({ task: toRaw(task) });
  }

  /** Accepts a finding as put right, or sends it back; further calls add a note or photos. */
  recheck(open: OpenItem, change: Partial<Recheck>): void {
    const photos = this.photosOf(open.item).map((photo) => photo.sha256);
    const old = this.head.rechecks[open.rectification] ?? { rectification: open.rectification, accepted: false, note: "", photos };
    this.saveHead({ rechecks: { ...this.head.rechecks, [open.rectification]: { ...toRaw(old), ...change } } });
  }

  /** Changes the head and saves it at once. */
  saveHead(change: Partial<Head>): void {
    const before = Object.fromEntries(Object.keys(change).map((key) => [key, toRaw(this.head)[key as keyof Head]]));
    Object.assign(this.head, change);
    this.guard(this.session.drafts.saveHead(toRaw(this.head)), () => Object.assign(this.head, before));
  }

  /** As saveHead, for text being typed: while one write is under way the next takes all keys hit meanwhile. */
  typeHead(change: Partial<Head>): void {
    Object.assign(this.head, change);
    this.dirty = true;
    this.writing ??= this.drain();
  }

  /** Typed text stays on the screen when it finds no room; it is tried again until it is kept or the page is left. */
  private async drain(): Promise<void> {
    while (this.dirty) {
      this.dirty = false;
      try {
        await this.session.drafts.saveHead(toRaw(this.head));
        if (this.trouble.value === t("trouble.text_not_saved")) this.trouble.value = "";
      } catch {
        if (this.closed) break;
        this.dirty = true;
        this.trouble.value = t("trouble.text_not_saved");
        await new Promise((again) => setTimeout(again, TRY_AGAIN_MS));
      }
    }
    this.writing = null;
  }

  /** Waits for the write under way; what finds no room is written once more by whoever goes on. */
  async flush(): Promise<void> {
    if (this.trouble.value !== t("trouble.text_not_saved")) await this.writing;
  }

  /** There is room again: what said that a tap was not kept is over. */
  roomAgain(): void {
    const over = ["trouble.not_saved", "trouble.photo_not_saved", "trouble.record_not_saved"] as const;
    if (over.some((key) => this.trouble.value === t(key))) this.trouble.value = "";
  }

  close(): void {
    this.closed = true;
  }

  /** Metres between where this visit was made and where the shop is registered; null when either is unknown. */
  readonly away = computed(() => {
    const { place, premises } = this.head;
    if (!place || !premises.lat || !premises.lon) return null;
    return metresBetween(place, { lat: premises.lat, lon: premises.lon });
  });

  /** Fills in the place once, whenever the phone comes to know it. */
  async locate(): Promise<void> {
    if (this.head.place || this.head.amends) return;
    const place = await whereAmI();
    if (place && !this.head.frozen) this.saveHead({ place });
  }
}

/** Loads the draft of a page; `missing` turns true when it is not on the phone any more. */
export function useVisit(id: string) {
  const visit = shallowRef<Visit | null>(null);
  const missing = ref(false);
  onUnmounted(() => visit.value?.close());
  watch(full, (isFull) => !isFull && visit.value?.roomAgain());
  void lookAhead();
  void Visit.load(id).then((found) => {
    visit.value = found;
    missing.value = !found;
    void found?.locate();
  });
  return { visit, missing };
}
