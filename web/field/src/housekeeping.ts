/** What may go from the phone once the server holds it: papers for reprinting after two days, records that may not be amended any more, the oldest log lines. */
import type { FieldDb } from "./db";
import { localDate } from "./workdays";

const PAPERS_DAYS = 2;
const LOG_LINES = 500;

export async function tidy(db: FieldDb, now = Date.now()): Promise<void> {
  const old = new Date(now - PAPERS_DAYS * 86_400_000).toISOString();
  await db.sent.where("at").below(old).modify({ papers: null });
  const today = localDate(new Date(now));
  await db.sent.filter(({ record, amendable }) => !!record && today > (amendable?.until ?? "")).modify({ record: null, amendable: undefined });
  const tooMany = (await db.sent.count()) - LOG_LINES;
  if (tooMany > 0) await db.sent.bulkDelete(await db.sent.orderBy("at").limit(tooMany).primaryKeys());
}
