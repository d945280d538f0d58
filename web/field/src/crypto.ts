/**
 * Keys and sealing. One data key (AES-GCM) seals everything that is the inspector's work; one signing key
 * (ECDSA P-256) proves the device to the server. Both lie on the phone only wrapped: once by the PIN and once by the
 * password of the enrolment, so that a forgotten PIN never costs unsent work.
 */
import { canonicalText, type Json } from "./canonical";
import { type Bytes, sha256, text, utf8 } from "./bytes";

/** Sealed bytes: nonce and ciphertext with its tag. */
export interface Box {
  iv: Bytes;
  ct: ArrayBuffer;
}

/** Both keys, wrapped by a secret that the person knows. */
export interface Wrap {
  salt: Bytes;
  rounds: number;
  box: Box;
}

export interface Keys {
  data: CryptoKey;
  signing: CryptoKey;
}

/** Rounds of PBKDF2-HMAC-SHA-256; kept with each wrap, so that it can be raised later. */
export const ROUNDS = 600_000;

export class WrongSecret extends Error {}

/** A secret as the key that was derived from it: can wrap again without being asked for once more. */
interface Sealer {
  key: CryptoKey;
  salt: Bytes;
  rounds: number;
}

/** The raw key material, for as long as it must be wrapped; never stored in the clear. */
interface Material {
  data: string;
  signing: JsonWebKey;
}

async function secretKey(secret: string, salt: Bytes, rounds: number): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", utf8(secret.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function encrypt(key: CryptoKey, plain: Bytes, about: string): Promise<Box> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(about) }, key, plain);
  return { iv, ct };
}

async function decrypt(key: CryptoKey, box: Box, about: string): Promise<Bytes> {
  const how = { name: "AES-GCM", iv: box.iv, additionalData: utf8(about) };
  return new Uint8Array(await crypto.subtle.decrypt(how, key, box.ct));
}

async function imported(material: Material): Promise<Keys> {
  const raw = Uint8Array.from(atob(material.data), (c) => c.charCodeAt(0));
  return {
    data: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]),
    signing: await crypto.subtle.importKey("jwk", material.signing, { name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
    ]),
  };
}

/** A key ring just made or just opened: can be wrapped again by another secret, then goes out of memory. */
export class KeyRing {
  private constructor(
    private material: Material,
    readonly keys: Keys,
    /** What the PIN gave, for as long as the app is open. */
    private pin: Sealer | null = null,
  ) {}

  /** New keys; with `keepData` data key and PIN of an open ring stay (renewing a grant must not lock away old work). */
  static async make(keepData?: KeyRing): Promise<{ ring: KeyRing; publicKey: JsonWebKey }> {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const signing = await crypto.subtle.exportKey("jwk", pair.privateKey);
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const fresh = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
    const material = { data: keepData ? keepData.material.data : fresh, signing };
    const ring = new KeyRing(material, await imported(material), keepData?.pin);
    return { ring, publicKey: { kty, crv, x, y } };
  }

  /** Opens by the PIN, which can then wrap other keys as well. @throws WrongSecret */
  static async openByPin(wrap: Wrap, pin: string): Promise<KeyRing> {
    const { salt, rounds } = wrap;
    const key = await secretKey(pin, salt, rounds);
    const ring = await KeyRing.opened(wrap, key);
    ring.pin = { key, salt, rounds };
    return ring;
  }

  /** @throws WrongSecret when the PIN or password is not the one that wrapped it. */
  static async open(wrap: Wrap, secret: string): Promise<KeyRing> {
    return KeyRing.opened(wrap, await secretKey(secret, wrap.salt, wrap.rounds));
  }

  private static async opened(wrap: Wrap, key: CryptoKey): Promise<KeyRing> {
    let plain: Bytes;
    try {
      plain = await decrypt(key, wrap.box, "keys");
    } catch {
      throw new WrongSecret();
    }
    const material = JSON.parse(text(plain)) as Material;
    return new KeyRing(material, await imported(material));
  }

  private async sealed({ key, salt, rounds }: Sealer): Promise<Wrap> {
    return { salt, rounds, box: await encrypt(key, utf8(JSON.stringify(this.material)), "keys") };
  }

  private async sealer(secret: string, rounds: number): Promise<Sealer> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    return { key: await secretKey(secret, salt, rounds), salt, rounds };
  }

  async wrap(secret: string, rounds = ROUNDS): Promise<Wrap> {
    return this.sealed(await this.sealer(secret, rounds));
  }

  /** As `wrap`, by a PIN that was chosen just now. */
  async wrapByPin(pin: string, rounds = ROUNDS): Promise<Wrap> {
    this.pin = await this.sealer(pin, rounds);
    return this.sealed(this.pin);
  }

  /** Wrapped by the PIN that opened the app; null where that is not known. */
  async wrapAgain(): Promise<Wrap | null> {
    return this.pin && this.sealed(this.pin);
  }
}

/** Seals rows and photos with the data key. `about` (table and key) is bound in, so rows cannot be swapped. */
export class Vault {
  constructor(private keys: Keys) {}

  seal(bytes: Bytes, about: string): Promise<Box> {
    return encrypt(this.keys.data, bytes, about);
  }

  open(box: Box, about: string): Promise<Bytes> {
    return decrypt(this.keys.data, box, about);
  }

  sealJson(value: unknown, about: string): Promise<Box> {
    return this.seal(utf8(JSON.stringify(value)), about);
  }

  async openJson<T>(box: Box, about: string): Promise<T> {
    return JSON.parse(text(await this.open(box, about))) as T;
  }

  /** Raw r||s signature over the UTF-8 of `message`, as the token endpoint wants it. */
  async sign(message: string): Promise<Bytes> {
    const how = { name: "ECDSA", hash: "SHA-256" };
    return new Uint8Array(await crypto.subtle.sign(how, this.keys.signing, utf8(message)));
  }
}

/** Digest of a value's canonical JSON, hex. */
export async function digestOf(value: Json): Promise<string> {
  return sha256(utf8(canonicalText(value)));
}
