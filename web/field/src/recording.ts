/**
 * Voice notes: what is quicker said than typed, recorded by the browser, bounded, kept like a photo. One at a time. A note
 * that still runs when its page is left, or the app goes out of sight, is ended and kept; whoever opens the visit next
 * waits until it is (`settled`), so that nothing is signed beside it.
 */
import { ref } from "vue";

export const LONGEST_S = 60;
/** Both are what the server keeps; every browser that runs the app records one of them. */
const KINDS = ["audio/webm;codecs=opus", "audio/mp4"];
const BITS_A_SECOND = 24_000;
const LARGEST = 2 * 1024 * 1024;

export class NoMicrophone extends Error {}
export class NotAVoice extends Error {}

export interface Spoken {
  sound: Blob;
  seconds: number;
}

/** The item whose note is being recorded, and since how many seconds; empty when none is. */
export const recordingFor = ref("");
export const seconds = ref(0);

let end: (() => void) | null = null;
let kept: Promise<unknown> = Promise.resolve();

export const canRecord = (): boolean => typeof MediaRecorder !== "undefined" && !!navigator.mediaDevices?.getUserMedia;

/** Ends what is being recorded, if anything, and waits until it is kept. */
export async function settled(): Promise<void> {
  end?.();
  await kept.catch(() => undefined); // said where it was recorded
}

/** The kind of a recording by its first bytes; empty for what the server would not keep. */
export function voiceKind(bytes: Uint8Array): string {
  if ([0x1a, 0x45, 0xdf, 0xa3].every((byte, at) => bytes[at] === byte)) return "audio/webm";
  return String.fromCharCode(...bytes.slice(4, 8)) === "ftyp" ? "audio/mp4" : "";
}

/** Throws NotAVoice for what is empty, too large, or of a kind that the server does not keep. */
export function checkVoice(bytes: Uint8Array): string {
  const kind = voiceKind(bytes);
  if (!kind || bytes.length > LARGEST) throw new NotAVoice();
  return kind;
}

/** Records until `settled` is called or the time is over, then hands the note to `keep`. Throws NoMicrophone. */
export async function record(item: string, keep: (spoken: Spoken) => Promise<void>): Promise<void> {
  await settled();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => {
    throw new NoMicrophone();
  });
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { ...(mimeType ? { mimeType } : {}), audioBitsPerSecond: BITS_A_SECOND });
  const parts: Blob[] = [];
  const began = Date.now();
  recordingFor.value = item;
  seconds.value = 0;
  const timer = setInterval(() => {
    seconds.value = Math.floor((Date.now() - began) / 1000);
    if (seconds.value >= LONGEST_S) end?.();
  }, 250);
  end = () => recorder.state !== "inactive" && recorder.stop();
  document.addEventListener("visibilitychange", end);
  const stopped = new Promise<void>((done) => (recorder.onstop = () => done()));
  recorder.ondataavailable = (event) => parts.push(event.data);
  const finish = end;
  recorder.start();
  kept = stopped.then(async () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", finish);
    stream.getTracks().forEach((track) => track.stop());
    end = null;
    recordingFor.value = "";
    await keep({ sound: new Blob(parts), seconds: Math.min(LONGEST_S, Math.max(1, Math.round((Date.now() - began) / 1000))) });
  });
  await kept;
}
