/** What the pages of today (list, map, near by) read: open tasks by shop, and where one is. */
import { ref, shallowRef, watch, type Ref } from "vue";
import { secondsNow, roundOf, STEP, type Round } from "./round";
import { today } from "./clock";
import type { Premises, Task } from "./contract";
import type { Head } from "./drafts";
import { metresBetween, whereAmIIfAllowed } from "./geo";
import type { Place } from "./record";
import { open, status } from "./session";
import { hiddenTasks } from "./sync";
import { byShop, sortTasks, type Stop } from "./tasks";

export interface Today {
  tasks: Ref<Task[]>;
  shops: Ref<Map<string, Premises>>;
  drafts: Ref<{ head: Head; answered: number }[]>;
  place: Ref<Place | null>;
  loaded: Ref<boolean>;
  stops: () => Stop[];
}

/** Reads now and whenever something was done or an update came; the place is asked for again each time. */
export function useToday(): Today {
  const here = open();
  // each is put in its place whole: an old phone need not watch every field of a thousand
  const tasks = shallowRef<Task[]>([]);
  const shops = shallowRef(new Map<string, Premises>());
  const drafts = shallowRef<{ head: Head; answered: number }[]>([]);
  const place = shallowRef<Place | null>(null);
  const loaded = ref(false);

  async function read(): Promise<void> {
    const [all, away, going] = await Promise.all([here.db.tasks.toArray(), hiddenTasks(here.db), here.drafts.list()]);
    for (const { head } of going) away.add(head.task?.uid ?? "");
    const waiting = sortTasks(all.filter((task) => !away.has(task.uid)), today());
    const found = await here.db.premises.bulkGet(waiting.map((task) => task.premises));
    shops.value = new Map(found.flatMap((shop) => (shop ? [[shop.uid, shop] as const] : [])));
    tasks.value = waiting;
    drafts.value = going;
    loaded.value = true;
    void look();
  }

  /** A few steps change no order: the list stands still under the thumb. */
  async function look(): Promise<void> {
    const found = await whereAmIIfAllowed();
    if (found && (!place.value || metresBetween(place.value, found) > STEP)) place.value = found;
  }

  watch(() => [status.tick, status.lastSync], read, { immediate: true });
  return { tasks, shops, drafts, place, loaded, stops: () => byShop(tasks.value, shops.value, place.value) };
}

/** The day on which somebody chose to have it made anew from where he stands: it holds for that day. */
const anewOn = ref("");
export const makeAnew = (): string => (anewOn.value = today());

/** The round of what was read. */
export function roundNow(of: Today): Round {
  const { rules, day_order: kept } = open().reference;
  const day = today();
  return roundOf(of.stops(), { place: of.place.value, pace: rules?.route, kept, day, now: secondsNow(), anew: anewOn.value === day });
}
