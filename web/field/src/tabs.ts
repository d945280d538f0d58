/** One open app per phone: a second tab says so and may take over; the first one then steps aside. */
import { parked } from "./session";

const NAME = "zhijian-field-app";

async function hold(options: LockOptions): Promise<boolean> {
  return new Promise((done) => {
    navigator.locks
      .request(NAME, options, (lock) => {
        done(lock !== null);
        return lock ? new Promise<void>(() => undefined) : undefined; // held until the tab closes or is robbed
      })
      .catch(() => {
        parked.value = true; // another tab took over
        done(false);
      });
  });
}

let asked: Promise<void> | undefined;

/** Asks once whether this tab is the one that works. Browsers without Web Locks open everywhere: sending is idempotent. */
export function claim(): Promise<void> {
  return (asked ??= first());
}

async function first(): Promise<void> {
  if (navigator.locks) parked.value = !(await hold({ ifAvailable: true }));
}

/** Makes this tab the working one. */
export async function takeOver(): Promise<void> {
  parked.value = !(await hold({ steal: true }));
}
