import { expect, test } from "vitest";
import { sha256, text, utf8, uuid7 } from "../src/bytes";
import { KeyRing, Vault, WrongSecret } from "../src/crypto";
import { PIN_TRIES, pinIsSpent, waitAfter } from "../src/profiles";

const ROUNDS = 1000;

test("PIN and password open the same keys; another PIN opens nothing", async () => {
  const { ring } = await KeyRing.make();
  const box = await new Vault(ring.keys).seal(utf8("中文"), "x");
  const byPin = await ring.wrap("271845", ROUNDS);
  const byPassword = await ring.wrap("a long password", ROUNDS);
  await expect(KeyRing.open(byPin, "271846")).rejects.toBeInstanceOf(WrongSecret);
  for (const [wrap, secret] of [[byPin, "271845"], [byPassword, "a long password"]] as const) {
    const again = await KeyRing.open(wrap, secret);
    expect(text(await new Vault(again.keys).open(box, "x"))).toBe("中文");
  }
});

test("a renewed grant has a new signing key and still opens the old work", async () => {
  const old = await KeyRing.make();
  const box = await new Vault(old.ring.keys).seal(utf8("unsent"), "outbox/1");
  const renewed = await KeyRing.make(old.ring);
  expect(renewed.publicKey.x).not.toBe(old.publicKey.x);
  expect(text(await new Vault(renewed.ring.keys).open(box, "outbox/1"))).toBe("unsent");
});

test("renewed keys open by the same PIN, which nobody is asked for again", async () => {
  const first = await KeyRing.make();
  const byPin = await first.ring.wrapByPin("271845", ROUNDS);
  const open = await KeyRing.openByPin(byPin, "271845");
  const renewed = await KeyRing.make(open);
  const again = await renewed.ring.wrapAgain();
  expect(again!.box).not.toEqual(byPin.box);
  const later = await KeyRing.openByPin(again!, "271845");
  const signature = await new Vault(later.keys).sign("nonce");
  const key = await crypto.subtle.importKey("jwk", renewed.publicKey, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  expect(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, utf8("nonce"))).toBe(true);
  await expect(KeyRing.openByPin(again!, "271846")).rejects.toBeInstanceOf(WrongSecret);
  const byPassword = await KeyRing.open(await first.ring.wrap("a long password", ROUNDS), "a long password");
  expect(await byPassword.wrapAgain()).toBeNull();
});

test("a box does not open under another row's name", async () => {
  const { ring } = await KeyRing.make();
  const vault = new Vault(ring.keys);
  const box = await vault.seal(utf8("1.1 yes"), "answers/a/1.1");
  await expect(vault.open(box, "answers/a/1.2")).rejects.toThrow();
});

test("the device's signature is what the public key verifies: raw r||s over SHA-256", async () => {
  const { ring, publicKey } = await KeyRing.make();
  const signature = await new Vault(ring.keys).sign("nonce");
  expect(signature.length).toBe(64);
  const key = await crypto.subtle.importKey("jwk", publicKey, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  expect(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, utf8("nonce"))).toBe(true);
  expect(publicKey).not.toHaveProperty("d");
});

test("wrong PINs slow down, the tenth closes the PIN and nothing else", () => {
  expect([1, 2, 3, 4, 9, 30].map(waitAfter)).toEqual([0, 0, 4, 8, 256, 256]);
  expect(pinIsSpent({ wrong: PIN_TRIES - 1 })).toBe(false);
  expect(pinIsSpent({ wrong: PIN_TRIES })).toBe(true);
});

test("ids sort by time and are UUIDv7", () => {
  const ids = [uuid7(1_700_000_000_000), uuid7(1_700_000_000_001), uuid7(1_800_000_000_000)];
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("SHA-256 of nothing", async () => {
  expect(await sha256(new Uint8Array())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
