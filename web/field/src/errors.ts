/** What can go wrong between phone and server, in three kinds that the outbox and the screens tell apart. */
import type { Problem } from "./contract";

/** The server could not be reached, or said nothing useful: try again later, nothing is wrong with the work. */
export class Unreachable extends Error {}

/** The server answered with a problem of its own. */
export class ServerProblem extends Error {
  constructor(
    readonly status: number,
    readonly problem: string,
    message: string,
    readonly mend: string,
    readonly body: Record<string, unknown>,
  ) {
    super(message);
  }
}

/** Problem of an answer that is not 2xx; a gateway's error page becomes Unreachable. */
export async function problemOf(response: Response): Promise<Error> {
  const body = (await response.json().catch(() => null)) as (Problem & Record<string, unknown>) | null;
  if (response.status >= 500 || response.status === 408 || response.status === 429) {
    return new Unreachable(body?.message ?? `HTTP ${response.status}`);
  }
  // An offset mismatch of the upload server is a plain {offset}; everything else names its problem.
  return new ServerProblem(
    response.status,
    body?.problem ?? `http.${response.status}`,
    body?.message ?? `HTTP ${response.status}`,
    body?.mend ?? "",
    body ?? {},
  );
}
