/** The server's field API. Every call may throw Unreachable or ServerProblem. */
import { base64, type Bytes } from "./bytes";
import type { Enrolment, PullPage, RecordReceipt, UploadState } from "./contract";
import type { Vault } from "./crypto";
import { problemOf, ServerProblem, Unreachable } from "./errors";
import { language } from "./i18n";

const ROOT = "/api/field/v1/";
const PATIENCE_MS = 45_000;
/** A token is renewed this long before it ends. */
const EARLY_MS = 30_000;

async function call(address: string, init: RequestInit = {}): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  let response: Response;
  try {
    response = await fetch(address, {
      ...init,
      headers: { "Accept-Language": language.value === "zh" ? "zh-Hans" : "en", ...init.headers },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: abort.signal,
    });
  } catch (reason) {
    throw new Unreachable(String(reason));
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function json<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (reason) {
    // a hotel's or a carrier's login page answers 200 with HTML: that is not our server
    throw new Unreachable(String(reason));
  }
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const init = { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return json<T>(await call(ROOT + path, init));
}

export interface EnrolForm {
  username: string;
  password: string;
  code: string;
  public_key: JsonWebKey;
  device_name: string;
  app: string;
  /** The device that this phone is already, and its old key's signature over the new one. */
  renews?: string;
  proof?: string;
}

export function enrol(form: EnrolForm): Promise<Enrolment> {
  return post<Enrolment>("enrol", form);
}

/** Calls that need the device's token; it is fetched when first needed and lives in memory only. */
export class Api {
  private token = "";
  private expires = 0;
  private pending: Promise<string> | null = null;
  uploads = "";

  constructor(
    private device: () => string,
    private vault: Vault,
  ) {}

  private async fresh(): Promise<string> {
    const device = this.device();
    const { nonce } = await post<{ nonce: string }>("challenge", { device });
    const signature = base64(await this.vault.sign(nonce));
    const got = await post<{ token: string; expires: string | number }>("token", { device, nonce, signature });
    const end = typeof got.expires === "number" ? Date.now() + got.expires * 1000 : Date.parse(got.expires);
    this.token = got.token;
    // The phone's clock may be wrong: trust the token for nine minutes at most, and fetch another on 401 in any case.
    this.expires = Math.min(Number.isNaN(end) ? 0 : Math.max(end, Date.now() + 60_000), Date.now() + 540_000);
    return got.token;
  }

  private async bearer(): Promise<string> {
    if (this.token && Date.now() < this.expires - EARLY_MS) return this.token;
    this.pending ??= this.fresh().finally(() => (this.pending = null));
    return this.pending;
  }

  private async authorised(address: string, init: RequestInit = {}): Promise<Response> {
    const send = async () =>
      call(address, { ...init, headers: { ...init.headers, Authorization: `Bearer ${await this.bearer()}` } });
    try {
      return await send();
    } catch (reason) {
      if (!(reason instanceof ServerProblem) || reason.status !== 401) throw reason;
      this.token = "";
      return send();
    }
  }

  async pull(since: string | undefined): Promise<PullPage> {
    const query = since ? `?since=${encodeURIComponent(since)}` : "";
    return json<PullPage>(await this.authorised(`${ROOT}pull${query}`));
  }

  /** Bytes of a photo of an enterprise's answer. */
  async picture(source: string): Promise<Bytes> {
    return new Uint8Array(await (await this.authorised(source)).arrayBuffer());
  }

  /** The contact's own number, whole. Throws a ServerProblem "contact.why" where a reason is wanted. */
  async contact(premises: string, reason: string): Promise<string> {
    const init = { method: "POST", body: JSON.stringify({ reason }), headers: { "Content-Type": "application/json" } };
    return (await json<{ number: string }>(await this.authorised(`${ROOT}contacts/${premises}`, init))).number;
  }

  async putRecord(id: string, bytes: Bytes): Promise<RecordReceipt> {
    const init = { method: "PUT", body: bytes, headers: { "Content-Type": "application/json" } };
    return json<RecordReceipt>(await this.authorised(`${ROOT}records/${id}`, init));
  }

  /** Tells that these photos of a record will not come by the network: they were exported by hand. */
  async setAside(id: string, photos: string[]): Promise<void> {
    const init = { method: "POST", body: JSON.stringify({ photos }), headers: { "Content-Type": "application/json" } };
    await this.authorised(`${ROOT}records/${id}/aside`, init);
  }

  async uploadState(sha256: string): Promise<UploadState> {
    try {
      return await json<UploadState>(await this.authorised(`${this.uploads}/uploads/${sha256}`));
    } catch (reason) {
      if (reason instanceof ServerProblem && reason.status === 404) return { offset: 0, done: false };
      throw reason;
    }
  }

  async putChunk(sha256: string, chunk: Bytes, offset: number, size: number, type: string): Promise<UploadState> {
    const query = `offset=${offset}&size=${size}&type=${encodeURIComponent(type)}`;
    const init = { method: "PUT", body: chunk, headers: { "Content-Type": "application/octet-stream" } };
    return json<UploadState>(await this.authorised(`${this.uploads}/uploads/${sha256}?${query}`, init));
  }
}
