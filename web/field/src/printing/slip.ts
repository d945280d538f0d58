/** What a visit came to, short enough for a receipt: a summary beside the papers, which it does not stand for. */
import type { Sheet } from "../joining";
import type { Content } from "../record";
import { foundOf, type Words } from "../wording";

export interface Brief {
  party: string;
  code: string;
  place: string;
  ended: string;
  officers: string[];
  present: string;
  /** The result class by its code, empty where nothing was judged. */
  result: string;
  failed: { no: string; found: string; measure: "investigate" | "rectify" | "corrected" }[];
  deadline: string;
  refused: string;
  /** What was decided on the spot; papers that were kept before there were penalties have none. */
  penalty?: { warning: boolean; fine: number };
}

/** The facts of the receipt, of the same record as its papers. */
export function briefOf(content: Content, shop: { name: string; entity: { name: string; code: string | null } }, sheet: Sheet | null, words: Words): Brief {
  const items = new Map((sheet?.sections ?? []).flatMap((section) => section.items).map((item) => [item.no, item]));
  const given = new Map(content.answers.map((answer) => [answer.item, answer]));
  return {
    party: shop.entity.name,
    code: shop.entity.code ?? "",
    place: shop.name,
    ended: content.ended.slice(0, 16).replace("T", " "),
    officers: content.inspectors.map(({ name, certificate_no }) => (certificate_no ? `${name} ${certificate_no}` : name)),
    present: [content.present.name, content.present.role].filter(Boolean).join(" "),
    result: content.outcome?.result ?? "",
    failed: (content.outcome?.items ?? []).map(({ item, measure }) => {
      const answer = given.get(item);
      return { no: item, found: answer ? foundOf(items.get(item), answer, words) : "", measure };
    }),
    deadline: content.deadline ?? "",
    refused: content.refused?.reason ?? "",
    ...(content.penalty ? { penalty: { warning: content.penalty.warning, fine: content.penalty.fine } } : {}),
  };
}
