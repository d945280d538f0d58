/** Reading QR codes from the camera: the phone's own detector where there is one, else a small decoder, loaded late. */

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
declare global {
  interface Window {
    BarcodeDetector?: { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };
  }
}

export type Reader = (video: HTMLVideoElement) => Promise<string | null>;

const LOOK_EDGE = 640;

export async function reader(): Promise<Reader> {
  const own = window.BarcodeDetector;
  if (own && (await own.getSupportedFormats().catch(() => [] as string[])).includes("qr_code")) {
    const detector = new own({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? null;
  }
  const { default: jsqr } = await import("jsqr");
  const canvas = document.createElement("canvas");
  const draw = canvas.getContext("2d", { willReadFrequently: true })!;
  return async (video) => {
    if (!video.videoWidth) return null;
    const scale = Math.min(1, LOOK_EDGE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    draw.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = draw.getImageData(0, 0, canvas.width, canvas.height);
    return jsqr(data, width, height, { inversionAttempts: "dontInvert" })?.data ?? null;
  };
}
