/** The inspection code (检查码) of a visit: signed by the server with the task, so that showing it needs no network. */

/** The address that the enterprise scans. All in capitals, so that the QR code stays small; hosts do not mind. */
export function codeAddress(code: string, origin: string): string {
  return `${origin.toUpperCase()}/I/${code}`;
}
