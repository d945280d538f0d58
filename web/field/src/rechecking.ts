/** A follow-up that was begun before an update: which of its findings the desk has settled meanwhile. */
import type { Task } from "./contract";
import type { Head, OpenDraft } from "./drafts";

export const untouched = ({ head, photos }: Pick<OpenDraft, "head" | "photos">): boolean =>
  !Object.keys(head.rechecks).length && !photos.length && !head.statement && head.findings === null;

/**
 * What a draft goes on with: one in which nothing was done yet asks what the newest task asks; one that was touched keeps
 * its findings and says which are asked no more (`over`). Where the task itself is gone, all of them are.
 */
export function followed(draft: Pick<OpenDraft, "head" | "photos">, now: Task | undefined): { task: Head["task"]; over: Set<string> } {
  const { task, purpose } = draft.head;
  if (!task || purpose !== "recheck") return { task, over: new Set() };
  if (now && untouched(draft)) return { task: now, over: new Set() };
  const open = new Set((now?.open_items ?? []).map((item) => item.rectification));
  return { task, over: new Set(task.open_items.map((item) => item.rectification).filter((uid) => !open.has(uid))) };
}
