/** The service worker that lets the app open with no network; a new version waits until the inspector takes it. */
import { ref } from "vue";

export const updateReady = ref(false);
let waiting: ServiceWorker | null = null;
/** An app that stays open for days asks for a new version this often. */
const ASK_EVERY_MS = 6 * 3_600_000;

export function watchUpdates(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" }).then((registration) => {
    const offer = (worker: ServiceWorker | null) => {
      if (!worker || !navigator.serviceWorker.controller) return; // the first install needs no asking
      waiting = worker;
      updateReady.value = true;
    };
    offer(registration.waiting);
    setInterval(() => void registration.update().catch(() => undefined), ASK_EVERY_MS);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
    });
  }, () => undefined); // without a secure context the app works, but only while the network does
}

export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting?.postMessage({ type: "SKIP_WAITING" });
}
