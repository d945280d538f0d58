/** Three ways from a browser straight to a receipt printer. Each is opened for one job and closed after it. */
import { PAPER_STATUS } from "./escpos";
import { Trouble } from "./trouble";

export interface Port {
  /** As the printer calls itself. */
  name: string;
  write(bytes: Uint8Array): Promise<void>;
  /** Asks, and gives the answer as far as one came in time; null where none can come. */
  ask(bytes: Uint8Array): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

/** A printer that answers does so within milliseconds. */
const ANSWER_MS = 400;
/** What one write of Bluetooth Low Energy holds on any printer; more is asked of none. */
const BLE_PIECE = 180;
/** Services by which receipt printers take their bytes: the common one, ISSC's and Microchip's, and two of smaller makers. */
const BLE_SERVICES = ["000018f0-0000-1000-8000-00805f9b34fb", "49535343-fe7d-4ae5-8fa9-9fafd205e455", "0000ff00-0000-1000-8000-00805f9b34fb", "0000ffe0-0000-1000-8000-00805f9b34fb", "e7810a71-73ae-499d-8c15-faa9aef0c3f2"];
const USB_PRINTER = 7;

const inTime = <T>(work: Promise<T>): Promise<T | null> => Promise.race([work.catch(() => null), new Promise<null>((done) => setTimeout(() => done(null), ANSWER_MS))]);

// The browser's own interfaces, as far as they are used; TypeScript's library does not have them.
interface Characteristic {
  properties: { write: boolean; writeWithoutResponse: boolean };
  writeValueWithResponse(bytes: Uint8Array): Promise<void>;
  writeValueWithoutResponse(bytes: Uint8Array): Promise<void>;
}
interface BleDevice {
  name?: string;
  gatt: { connect(): Promise<{ getPrimaryServices(): Promise<{ uuid: string; getCharacteristics(): Promise<Characteristic[]> }[]> }>; disconnect(): void };
}
export interface Bluetooth {
  getDevices?(): Promise<BleDevice[]>;
  requestDevice(wanted: object): Promise<BleDevice>;
}
interface UsbEndpoint {
  endpointNumber: number;
  direction: "in" | "out";
}
interface UsbInterface {
  interfaceNumber: number;
  alternates: { interfaceClass: number; alternateSetting: number; endpoints: UsbEndpoint[] }[];
}
interface UsbDevice {
  productName?: string;
  configuration: { interfaces: UsbInterface[] } | null;
  open(): Promise<void>;
  close(): Promise<void>;
  selectConfiguration(n: number): Promise<void>;
  claimInterface(n: number): Promise<void>;
  transferOut(endpoint: number, bytes: Uint8Array): Promise<{ status: string }>;
  transferIn(endpoint: number, length: number): Promise<{ data?: DataView }>;
}
export interface Usb {
  getDevices(): Promise<UsbDevice[]>;
  requestDevice(wanted: object): Promise<UsbDevice>;
}
interface SerialPort {
  open(how: { baudRate: number }): Promise<void>;
  close(): Promise<void>;
  writable: WritableStream<Uint8Array>;
  readable: ReadableStream<Uint8Array> | null;
}
export interface Serial {
  getPorts(): Promise<SerialPort[]>;
  requestPort(): Promise<SerialPort>;
}

export async function overBluetooth(bluetooth: Bluetooth, anew: boolean): Promise<Port> {
  const known = anew ? [] : ((await bluetooth.getDevices?.()) ?? []);
  const device = known[0] ?? (await bluetooth.requestDevice({ filters: BLE_SERVICES.map((one) => ({ services: [one] })), optionalServices: BLE_SERVICES }));
  const server = await device.gatt.connect();
  const found = await Promise.all((await server.getPrimaryServices()).map((service) => service.getCharacteristics()));
  const line = found.flat().find(({ properties }) => properties.write || properties.writeWithoutResponse);
  if (!line) {
    device.gatt.disconnect();
    throw new Trouble("not_fit");
  }
  return {
    name: device.name ?? "",
    async write(bytes) {
      for (let at = 0; at < bytes.length; at += BLE_PIECE) {
        const piece = bytes.slice(at, at + BLE_PIECE);
        await (line.properties.write ? line.writeValueWithResponse(piece) : line.writeValueWithoutResponse(piece));
      }
    },
    ask: () => Promise.resolve(null),
    close: () => Promise.resolve(device.gatt.disconnect()),
  };
}

export async function overUsb(usb: Usb, anew: boolean): Promise<Port> {
  const known = anew ? [] : await usb.getDevices();
  const device = known[0] ?? (await usb.requestDevice({ filters: [{ classCode: USB_PRINTER }] }));
  await device.open();
  if (!device.configuration) await device.selectConfiguration(1);
  const faces = device.configuration?.interfaces ?? [];
  const face = faces.find(({ alternates }) => alternates[0]?.interfaceClass === USB_PRINTER);
  const ends = face?.alternates[0]?.endpoints ?? [];
  const out = ends.find(({ direction }) => direction === "out");
  const back = ends.find(({ direction }) => direction === "in");
  if (!face || !out) {
    await device.close();
    throw new Trouble("not_fit");
  }
  await device.claimInterface(face.interfaceNumber);
  const write = async (bytes: Uint8Array) => {
    const { status } = await device.transferOut(out.endpointNumber, bytes);
    if (status !== "ok") throw new Trouble("other", status);
  };
  return {
    name: device.productName ?? "",
    write,
    async ask(bytes) {
      if (!back) return null;
      await write(bytes);
      const answer = await inTime(device.transferIn(back.endpointNumber, 64));
      return answer?.data ? new Uint8Array(answer.data.buffer) : null;
    },
    close: () => device.close(),
  };
}

export async function overSerial(serial: Serial, anew: boolean): Promise<Port> {
  const known = anew ? [] : await serial.getPorts();
  const port = known[0] ?? (await serial.requestPort());
  await port.open({ baudRate: 115_200 });
  const pen = port.writable.getWriter();
  return {
    name: "",
    write: (bytes) => pen.write(bytes),
    async ask(bytes) {
      const reader = port.readable?.getReader();
      if (!reader) return null;
      await pen.write(bytes);
      const answer = await inTime(reader.read());
      await reader.cancel().catch(() => undefined);
      reader.releaseLock();
      return answer?.value ?? null;
    },
    async close() {
      await pen.close().catch(() => undefined);
      pen.releaseLock();
      await port.close();
    },
  };
}

/** Asks the printer for its paper. */
export const paperOf = (port: Port): Promise<Uint8Array | null> => port.ask(PAPER_STATUS);
