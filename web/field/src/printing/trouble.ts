/** Why nothing was printed, told in words by the page (`unprinted.…`). */

export type TroubleKind = "no_paper" | "out_of_range" | "denied" | "busy" | "off" | "none" | "silent" | "not_fit" | "other";

export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    /** What the device itself said, where it said anything. */
    readonly told = "",
  ) {
    super(kind);
  }
}

/** The person closed the browser's list of devices: nothing is wrong. */
export class Withdrawn extends Error {}

/** What the browser's refusals mean for a person; null: he closed the list himself. */
export function meaning(reason: unknown): Trouble | Withdrawn {
  if (reason instanceof Trouble || reason instanceof Withdrawn) return reason;
  const { name = "", message = "" } = reason as { name?: string; message?: string };
  if (name === "NotFoundError" && /cancel|no (device|port) selected|user/i.test(message)) return new Withdrawn();
  if (name === "NotFoundError") return new Trouble(/adapter/i.test(message) ? "off" : "none");
  if (name === "SecurityError" || name === "NotAllowedError") return new Trouble("denied");
  if (name === "NetworkError") return new Trouble("out_of_range");
  if (name === "InvalidStateError") return new Trouble("busy");
  if (name === "NotSupportedError") return new Trouble("not_fit");
  return new Trouble("other", message);
}
