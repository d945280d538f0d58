import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DOTS, dotsOf, job, paperEnded, raster, trimmed, type Bitmap } from "../src/printing/escpos";
import { overBluetooth, overSerial, overUsb, type Port } from "../src/printing/ports";
import { papersOf, readPrinter, ways } from "../src/printing/printer";
import { pageRule, printTo } from "../src/printing/printing";
import { hasShell, onScanned, printByShell, type ShellPort } from "../src/printing/shell";
import { briefOf } from "../src/printing/slip";
import { meaning, Trouble, Withdrawn } from "../src/printing/trouble";
import type { Content } from "../src/record";
import { wordsOf } from "../src/wording";

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
const bitmap = (width: number, height: number, fill = 0xff): Bitmap => ({ width, height, bits: new Uint8Array((width / 8) * height).fill(fill) });

test("pixels become dots: black and grey are ink, white and clear are paper", () => {
  const pixels = new Uint8ClampedArray([0, 0, 0, 255, 255, 255, 255, 255, 150, 150, 150, 255, 0, 0, 0, 0, 0, 0, 0, 255, 230, 230, 230, 255, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
  expect(hex(dotsOf(pixels, 9, 1).bits)).toBe("a9 80");
});

test("golden bytes: three lines of a narrow picture", () => {
  const picture: Bitmap = { width: 16, height: 3, bits: new Uint8Array([0xff, 0x01, 0x80, 0x00, 0x00, 0x00]) };
  const whole = job(picture).map(hex).join(" ");
  expect(whole).toBe("1b 40 1d 76 30 00 02 00 02 00 ff 01 80 00 1b 64 04 1d 56 42 00");
});

test.each([
  [58, 384, "1d 76 30 00 30 00 40 00"],
  [80, 576, "1d 76 30 00 48 00 40 00"],
] as const)("a roll of %d mm has %d dots, and no band is longer than the smallest buffer", (paper, dots, head) => {
  expect(DOTS[paper]).toBe(dots);
  const bands = raster(bitmap(dots, 200));
  expect(bands.map((band) => band.length - 8)).toEqual([64, 64, 64, 8].map((lines) => (lines * dots) / 8));
  expect(hex(bands[0]!.subarray(0, 8))).toBe(head);
  expect(Math.max(...bands.map((band) => band.length))).toBeLessThan(8192);
});

test("the white end of a picture is not fed, a white picture prints nothing", () => {
  const picture = bitmap(8, 5, 0);
  picture.bits[2] = 1;
  expect(trimmed(picture).height).toBe(3);
  expect(raster(trimmed(bitmap(8, 5, 0)))).toEqual([]);
});

test("what the printer says of its paper", () => {
  expect(paperEnded(new Uint8Array([0x12]))).toBe(false);
  expect(paperEnded(new Uint8Array([0x1e]))).toBe(false); // near its end: it prints still
  expect(paperEnded(new Uint8Array([0x72]))).toBe(true);
  expect(paperEnded(new Uint8Array([0xff]))).toBeNull();
  expect(paperEnded(null)).toBeNull();
});

function fakePort(answers: (Uint8Array | null)[]): Port & { got: Uint8Array[]; closed: boolean } {
  const port = {
    name: "XP-58",
    got: [] as Uint8Array[],
    closed: false,
    write: async (bytes: Uint8Array) => void port.got.push(bytes),
    ask: async () => answers.shift() ?? null,
    close: async () => void (port.closed = true),
  };
  return port;
}

test("without paper nothing is begun; paper that ends in the middle is told", async () => {
  const empty = fakePort([new Uint8Array([0x72])]);
  await expect(printTo(empty, [bitmap(384, 10)])).rejects.toMatchObject({ kind: "no_paper" });
  expect(empty.got).toEqual([]);
  const ends = fakePort([new Uint8Array([0x12]), new Uint8Array([0x72])]);
  const printed = vi.fn();
  await expect(printTo(ends, [bitmap(384, 10), bitmap(384, 10)], printed)).rejects.toMatchObject({ kind: "no_paper" });
  expect(printed).not.toHaveBeenCalled();
  const silent = fakePort([]);
  await printTo(silent, [bitmap(384, 10), bitmap(384, 10)], printed);
  expect(printed).toHaveBeenLastCalledWith(2);
});

test("over Bluetooth in pieces that every printer takes, to the first line that can be written", async () => {
  const got: number[] = [];
  const read = { properties: { write: false, writeWithoutResponse: false } };
  const line = { properties: { write: false, writeWithoutResponse: true }, writeValueWithoutResponse: async (bytes: Uint8Array) => void got.push(bytes.length) };
  const service = { uuid: "18f0", getCharacteristics: async () => [read, line] };
  const disconnect = vi.fn();
  const device = { name: "MTP-2", gatt: { connect: async () => ({ getPrimaryServices: async () => [service] }), disconnect } };
  const requestDevice = vi.fn(async () => device);
  const port = await overBluetooth({ requestDevice } as never, false);
  await port.write(new Uint8Array(400));
  expect([port.name, got]).toEqual(["MTP-2", [180, 180, 40]]);
  await port.close();
  expect(disconnect).toHaveBeenCalled();
  const known = await overBluetooth({ getDevices: async () => [device], requestDevice } as never, false);
  expect(known.name).toBe("MTP-2");
  expect(requestDevice).toHaveBeenCalledTimes(1);
  const watch = { ...device, gatt: { ...device.gatt, connect: async () => ({ getPrimaryServices: async () => [{ uuid: "1", getCharacteristics: async () => [read] }] }) } };
  await expect(overBluetooth({ requestDevice: async () => watch } as never, true)).rejects.toMatchObject({ kind: "not_fit" });
});

test("over USB to the printer's own interface, and it is asked for its paper", async () => {
  const out: Uint8Array[] = [];
  const ends = [{ endpointNumber: 1, direction: "out" }, { endpointNumber: 2, direction: "in" }];
  const device = {
    productName: "POS-80",
    configuration: null as object | null,
    open: vi.fn(),
    close: vi.fn(),
    claimInterface: vi.fn(),
    selectConfiguration: async () => void (device.configuration = { interfaces: [{ interfaceNumber: 0, alternates: [{ interfaceClass: 3, endpoints: [] }] }, { interfaceNumber: 1, alternates: [{ interfaceClass: 7, endpoints: ends }] }] }),
    transferOut: async (_end: number, bytes: Uint8Array) => (out.push(bytes), { status: "ok" }),
    transferIn: async () => ({ data: new DataView(new Uint8Array([0x72]).buffer) }),
  };
  const port = await overUsb({ getDevices: async () => [], requestDevice: async () => device } as never, false);
  expect(device.claimInterface).toHaveBeenCalledWith(1);
  await expect(printTo(port, [bitmap(576, 8)])).rejects.toMatchObject({ kind: "no_paper" });
  expect(out.map(hex)).toEqual(["10 04 04"]);
  device.transferOut = async () => ({ status: "stall" });
  await expect(port.write(new Uint8Array(1))).rejects.toBeInstanceOf(Trouble);
});

test("over a serial port; one that is silent prints all the same", async () => {
  const got: number[] = [];
  const serial = { open: vi.fn(), close: vi.fn(), writable: new WritableStream<Uint8Array>({ write: (bytes) => void got.push(...bytes) }), readable: new ReadableStream() };
  const port = await overSerial({ getPorts: async () => [serial] } as never, false);
  await printTo(port, [bitmap(384, 1)]);
  await port.close();
  expect(hex(new Uint8Array(got)).startsWith("10 04 04 1b 40 1d 76 30 00 30 00 01 00")).toBe(true);
  expect(serial.close).toHaveBeenCalled();
});

test("the browser's refusals in words; who closes the list of devices is not told that something is wrong", () => {
  const of = (name: string, message = "") => meaning(Object.assign(new Error(message), { name }));
  expect(of("NotFoundError", "User cancelled the requestDevice() chooser.")).toBeInstanceOf(Withdrawn);
  expect(of("NotFoundError", "Bluetooth adapter not available.")).toMatchObject({ kind: "off" });
  expect(of("NetworkError", "Connection failed")).toMatchObject({ kind: "out_of_range" });
  expect(of("SecurityError")).toMatchObject({ kind: "denied" });
  expect(of("NotAllowedError")).toMatchObject({ kind: "denied" });
  expect(of("InvalidStateError")).toMatchObject({ kind: "busy" });
  expect(of("TypeError", "odd")).toMatchObject({ kind: "other", told: "odd" });
});

test("only what the browser has is offered, and what is remembered and gone is not used", () => {
  expect(ways({} as Navigator)).toEqual(["system"]);
  expect(ways({ bluetooth: {}, usb: {}, serial: {} } as never)).toEqual(["system", "bluetooth", "usb", "serial"]);
  expect(papersOf("usb")).toEqual([58, 80]);
  vi.stubGlobal("navigator", {});
  expect(readPrinter('{"way":"usb","paper":58}')).toEqual({ way: "system", paper: "a4", name: "" });
  expect(readPrinter('{"way":"system","paper":80}')).toEqual({ way: "system", paper: 80, name: "" });
  for (const broken of [null, "", "{", '{"way":"system","paper":57}']) expect(readPrinter(broken).way).toBe("system");
  vi.stubGlobal("navigator", { usb: {} });
  expect(readPrinter('{"way":"usb","paper":"a4"}').way).toBe("system");
});

test("the system's page is as wide as the roll and as long as the slip", () => {
  expect(pageRule("a4", 9)).toContain("size: A4");
  expect(pageRule(58, 120.2)).toBe("@page { size: 58mm 130mm; margin: 2mm 5mm; }");
  expect(pageRule(80, 50)).toBe("@page { size: 80mm 59mm; margin: 2mm 4mm; }");
});

/** A shell that keeps the contract of docs/android-shell.md. */
function fakeShell(answer: (asked: { id: number; do: string }) => object | null): ShellPort & { asked: Record<string, unknown>[] } {
  const shell: ShellPort & { asked: Record<string, unknown>[] } = {
    asked: [],
    onmessage: null,
    postMessage(text) {
      const asked = JSON.parse(text) as { id: number; do: string };
      shell.asked.push(asked as never);
      const reply = answer(asked);
      if (reply) queueMicrotask(() => shell.onmessage?.({ data: JSON.stringify({ id: asked.id, ...reply }) }));
    },
  };
  vi.stubGlobal("zhijianShell", shell);
  return shell;
}

beforeEach(() => vi.useRealTimers());
afterEach(() => vi.unstubAllGlobals());

test("the shell prints, or says why not in one of the words of the contract", async () => {
  expect(hasShell()).toBe(false);
  await expect(printByShell(bitmap(384, 1))).rejects.toMatchObject({ kind: "none" });
  const shell = fakeShell(() => ({ ok: true, printer: "P2" }));
  expect(hasShell()).toBe(true);
  expect(await printByShell({ width: 8, height: 2, bits: new Uint8Array([0xaa, 0x55]) })).toBe("P2");
  expect(shell.asked[0]).toMatchObject({ do: "print", width: 8, height: 2, bits: "qlU=" });
  for (const why of ["no_paper", "out_of_range", "denied", "busy", "off"]) {
    fakeShell(() => ({ ok: false, why }));
    await expect(printByShell(bitmap(384, 1))).rejects.toMatchObject({ kind: why });
  }
  fakeShell(() => ({ ok: false, why: "jam", told: "盖子未合上" }));
  await expect(printByShell(bitmap(384, 1))).rejects.toMatchObject({ kind: "other", told: "盖子未合上" });
});

test("a shell that never answers holds nobody up for ever", async () => {
  vi.useFakeTimers();
  fakeShell(() => null);
  const printing = printByShell(bitmap(384, 1));
  const said = expect(printing).rejects.toMatchObject({ kind: "silent" });
  await vi.advanceTimersByTimeAsync(90_001);
  await said;
});

test("what the shell's scanner reads is heard; anything else it says is passed over", () => {
  const shell = fakeShell(() => null);
  const heard = vi.fn();
  onScanned(heard);
  for (const data of ["nonsense", "{}", '{"event":"other"}', '{"event":"scanned","text":7}', '{"event":"scanned","text":"AB12CD34EF"}']) shell.onmessage?.({ data });
  expect(heard.mock.calls).toEqual([["AB12CD34EF"]]);
  onScanned(null);
  shell.onmessage?.({ data: '{"event":"scanned","text":"X"}' });
  expect(heard).toHaveBeenCalledTimes(1);
});

test("the receipt tells what failed, how it goes on, and by when", () => {
  const content = {
    ended: "2026-11-20T10:30:00+08:00",
    inspectors: [{ id: 1, name: "甲", certificate_no: "鲁C-001" }, { id: 2, name: "乙" }],
    present: { name: "王清", role: "店长" },
    answers: [{ item: "1.2", answer: "no", by: "tap", at: "", note: "未悬挂" }],
    outcome: { result: "basically_compliant", items: [{ item: "1.2", measure: "rectify" }], rules_version: 1 },
    deadline: "2026-12-04",
    refused: null,
  } as unknown as Content;
  const brief = briefOf(content, { name: "清风小馆", entity: { name: "清风餐饮", code: "9137" } }, null, wordsOf(undefined));
  expect(brief).toMatchObject({ party: "清风餐饮", officers: ["甲 鲁C-001", "乙"], result: "basically_compliant", deadline: "2026-12-04", ended: "2026-11-20 10:30" });
  expect(brief.failed).toEqual([{ no: "1.2", found: "未悬挂", measure: "rectify" }]);
});
