/** Where the phone is, as far as it knows within a few seconds; a visit never waits for a satellite. */
import type { Place } from "./record";

const PATIENCE_MS = 8_000;
const FRESH_MS = 120_000;

let last: { place: Place; at: number } | null = null;

/** The place now, the last one if it is younger than two minutes, or null. Never rejects. */
export async function whereAmI(): Promise<Place | null> {
  if (last && Date.now() - last.at < FRESH_MS) return last.place;
  if (typeof navigator === "undefined" || !navigator.geolocation) return null;
  return new Promise((done) => {
    const giveUp = setTimeout(() => done(null), PATIENCE_MS + 500);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        clearTimeout(giveUp);
        const place = { lat: coords.latitude.toFixed(6), lon: coords.longitude.toFixed(6), accuracy: Math.round(coords.accuracy) };
        last = { place, at: Date.now() };
        done(place);
      },
      () => {
        clearTimeout(giveUp);
        done(null);
      },
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: FRESH_MS },
    );
  });
}

/** The place now, if the person has allowed it before: a list of tasks asks for nothing. */
export async function whereAmIIfAllowed(): Promise<Place | null> {
  const asked = navigator.permissions?.query({ name: "geolocation" });
  const allowed = await asked?.then((each) => each.state === "granted").catch(() => false);
  return allowed ? whereAmI() : null;
}

/** Metres between two places given in degrees. */
export function metresBetween(a: { lat: string; lon: string }, b: { lat: string; lon: string }): number {
  const rad = (degrees: string) => (Number(degrees) * Math.PI) / 180;
  const [p, l, q, m] = [rad(a.lat), rad(a.lon), rad(b.lat), rad(b.lon)];
  const h = Math.sin((q - p) / 2) ** 2 + Math.cos(p) * Math.cos(q) * Math.sin((m - l) / 2) ** 2;
  return Math.round(2 * 6_371_000 * Math.asin(Math.sqrt(h)));
}
