/** A record and its photos as one .zip: the way out when a record cannot go by the network. */
import { sha256, utf8, type Bytes } from "./bytes";
import type { Vault } from "./crypto";
import type { FieldDb, OutboxRow } from "./db";

const ENDING: Record<string, string> = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic", "audio/webm": "weba", "audio/mp4": "m4a" };

/** Bytes of the .zip: record.json as it is sent, photos by their digest, and the list of digests. */
export async function exportZip(db: FieldDb, vault: Vault, row: OutboxRow): Promise<Bytes> {
  const { zipSync } = await import("fflate");
  const files: Record<string, Bytes> = { "record.json": await vault.open(row.box, `outbox/${row.id}`) };
  for (const blob of row.blobs) {
    const stored = await db.blobs.get(blob.sha256);
    if (stored) {
      const name = `photos/${blob.sha256}.${ENDING[blob.type] ?? "bin"}`;
      files[name] = await vault.open(stored.original, `blobs/${blob.sha256}/original`);
    }
  }
  const sums = await Promise.all(Object.entries(files).map(async ([name, bytes]) => `${await sha256(bytes)}  ${name}`));
  files["SHA256SUMS"] = utf8(`${sums.join("\n")}\n`);
  return zipSync(files, { level: 0 }) as Bytes;
}

/** Hands a file to the person as a download. */
export function download(name: string, bytes: Bytes, type: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
