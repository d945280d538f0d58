/** The shapes of the field sync contract, v1, as the server sends and takes them. */

export interface Person {
  id: number | string;
  name: string;
  certificate_no: string | null;
  certificate_until: string | null;
  /** Whether his certificate is in force today. */
  signs: boolean;
}

/** Who can go along; `areas` are the offices at which he is an officer (an older server tells none). */
export interface Colleague extends Person {
  areas?: string[];
}

/** Who holds the phone. */
export interface Myself extends Person {
  posts: { role: string; area: string }[];
}

export interface Licence {
  number: string;
  kind: string;
  valid_until: string | null;
  scope: unknown;
}

export interface Premises {
  uid: string;
  entity: {
    uid: string;
    name: string;
    code: string | null;
    scheme: string | null;
    kind: string | null;
    /** Code of its industry (GB/T 4754); empty where it is not known. */
    industry?: string;
    representative: string | null;
    phone: string | null;
  };
  name: string;
  /** The shop's own number, where it is another than the entity's; and whom to ask for. */
  phone?: string;
  contact?: string;
  /** The contact's own number, covered; it is opened online, with a reason, and not kept here. */
  contact_phone?: string;
  address: string;
  lat: string | null;
  lon: string | null;
  door_code: string;
  /** Codes that its door had before; only where there are any. */
  old_codes?: string[];
  area: string;
  trade: string;
  /** Its risk grade, where it has one. */
  risk?: string;
  licences: Licence[];
  /** The last visit: what failed, by the numbers of that visit, and by each of its lists under that list's own. */
  last: { date: string; result: string; failed: string[]; failed_of?: { [list: string]: string[] } } | null;
}

/** What is measured at an item, and between which values it keeps its limits; `of` is empty where there is but one. */
export interface Limit {
  of: string;
  min?: string | null;
  max?: string | null;
  unit?: string;
  /** Wanted before the item can be called compliant; the others are alternatives, or not there everywhere. */
  due?: boolean;
}

export interface CheckItem {
  no: string;
  key: boolean;
  text: string;
  basis: string;
  answer: { type: "yesno" | "number"; unit?: string; min?: string | null; max?: string | null; limits?: Limit[] };
  photo: boolean;
  may_na: boolean;
  fix: string;
  verified: boolean;
  /** Absent in the simplest lists: then `verified` speaks for the basis as well. */
  basis_verified?: boolean;
  /** Standard wordings of a failure, offered as chips for the note. */
  phrases?: string[];
  /** Trades of premises that the item applies to; none given means all. */
  applies?: string[];
  /** Items of other lists with the same word ask the same: at one visit it is asked once. */
  same?: string;
}

export interface Section {
  no: string;
  title: string;
  items: CheckItem[];
}

export interface Checklist {
  id: string;
  version: number;
  number: string;
  title: string;
  /** Before the numbers of its items, where a visit goes by several lists. */
  short?: string;
  basis: string;
  since: string | null;
  until: string | null;
  verified: boolean;
  /** For which places it is: of these trades, with these licences (a kind, or kind:beginning of the number), of these industries. */
  applies: string[];
  licences?: string[];
  industries?: string[];
  /** Kinds of what is registered there, as equipment. */
  registers?: string[];
  /** The bureau's own rules beside it: the last one that has begun says for which places it is. */
  ruled?: { since: string; applies: string[]; licences: string[]; industries: string[]; registers?: string[] }[];
  sections: Section[];
}

export interface OpenItem {
  item: string;
  rectification: string;
  found?: string;
  required: string;
  deadline: string | null;
  state: string;
  answer: string | null;
  answered?: string | null;
  /** A later day that the enterprise asked for and nobody has granted yet, and why. */
  asked_until?: string | null;
  asked_reason?: string;
  /** Addresses of small copies of the answer's photos. */
  photos?: string[];
}

export type Purpose = "routine" | "special" | "recheck" | "random" | "flight";

export interface Task {
  uid: string;
  number: string;
  premises: string;
  /** As the enterprise, its papers and its code are told. */
  kind: Purpose;
  /** The kind for the officer's own list alone, where it is another; empty else, and from an older server not there. */
  inside?: "" | "complaint";
  /** Whether the enterprise must not hear of it beforehand. */
  unannounced?: boolean;
  /** Which items must be answered: all of them, the open findings, or those that the officers look at. */
  scope?: "all" | "open" | "asked";
  checklist: { id: string; version: number } | null;
  state: string;
  due: string | null;
  assignee: Party | null;
  second: Party | null;
  version: number;
  /** The superiors' code of this visit, which the enterprise may scan; empty where none was issued. */
  check_code?: string;
  /** Our own code where the superiors issued none, signed; and when it was last scanned. */
  code?: string;
  /** What the code says, for a phone without network. */
  code_words?: string;
  scanned?: string | null;
  /** When the enterprise wants to be visited ("2026-12-01 14:00–15:00"); empty where it chose no time. */
  appointment?: string;
  open_items: OpenItem[];
}

/** Who holds a task: the server may name a person by id alone or with the name. */
export type Party = number | string | { id: number | string; name: string };

export type PaperKind = "onsite_record" | "result_sheet" | "rectification_order" | "spot_decision";

export interface ReservedNumber {
  kind: PaperKind;
  number: string;
  code: string;
  /** Area code of the office whose number it is. */
  organ?: string;
}

export interface DecideRules {
  version: number;
  /** The checklists for which its articles stand; none named means every one. */
  lists?: string[];
  item: { if: Partial<Record<"key" | "safety" | "corrected", boolean>>; measure: Measure; basis?: string }[];
  overall: { if: Record<string, [number | null, number | null]>; result: Result; basis?: string }[];
}

export type Measure = "investigate" | "rectify" | "corrected";
export type Result = "compliant" | "basically_compliant" | "non_compliant";

export interface Rules {
  decide: DecideRules;
  /** What the place calls the result classes, by language; where it has no words, the app's own are shown. */
  results?: Record<string, Record<string, string>>;
  /** Null where no rule gives a deadline by itself: then the officer sets one. */
  deadline: { days: number; unit: string; basis?: string; max?: number | null; unverified?: boolean } | null;
  /** Days from the visit within which its officers may amend a record; null: the place sets no bound. */
  amend_days?: number | null;
  limits?: { officers?: number; photo_for_failed?: boolean; photos_per_item?: number | null; far_metres?: number; pixels?: number };
  /** What may be punished at the visit itself; null in a place that knows no such procedure, absent from an older server. */
  spot?: SpotRules | null;
  /** What the estimate of a day goes by: per cent of the straight line, km/h, seconds after midnight, minutes of a visit. */
  route?: Pace;
  /** The lawful exceptions to the yearly cap that a visit begun at a door may name; from an older server not there. */
  outside?: OutsideGround[];
}

export type OutsideGround = "complaint" | "clue" | "accident" | "follow_up" | "campaign" | "key_item";

/** A limit in whole yuan, with law and article. */
export interface SpotLimit {
  most: number;
  basis: string;
  unverified: boolean;
}

/** Why money may be taken on the spot. */
export type CashGround = "small" | "hard" | "remote";

/** What may be punished, by which penalties of the law (both where none is named), and whether an order comes first. */
export interface SpotGround {
  act: string;
  violated: string;
  basis: string;
  note?: string;
  allows?: ("warning" | "fine")[];
  order_first?: boolean;
}

/** Penalties on the spot: the limits in whole yuan, whose kinds count as citizens, the money, what may be punished how. */
export interface SpotRules {
  citizen: SpotLimit;
  entity: SpotLimit;
  as_citizen: { kinds: string[]; basis: string; unverified: boolean };
  officers: number;
  grounds: SpotGround[];
  cash: { most: number; grounds: string[]; basis: string; unverified: boolean } | null;
  pay: { days: number | null; at: string };
}

export interface Pace {
  detour: number;
  speed: number;
  begins: number;
  ends: number;
  visit: number;
  again: number;
}

/** The order that was kept for a day: premises; `by_hand` where somebody put it so. */
export interface DayOrder {
  day: string;
  order: string[];
  by_hand: boolean;
}

/** The outlines of the phone's areas, coarse: lines of [longitude, latitude]; and whose they are. */
export interface Ground {
  lines: string[][][];
  source: string;
}

/** A shop that is due for a visit which nobody has planned: by its grade, or since the year's plan names it. */
export interface DueShop {
  premises: string;
  due: string;
  why: string;
}

/** The premises at which something of a lasting kind is registered (equipment), by kind. */
export type Registered = Record<string, string[]>;

/** How the enterprises' years stand, and the cap: a number, or numbers by `any`, purpose and risk grade; null: none is set. */
export interface Years {
  year: number;
  cap: number | { [column: string]: number } | null;
  /** Each of an enterprise's premises is counted by itself; `of` is then the uid of the premises, else of the entity. */
  by_premises: boolean;
  visits: { of: string; counted: { [purpose: string]: number }; outside: number }[];
}

/** The place's time zone, and how people outside reach the site: the phone's papers say what the server's say. */
export interface Site {
  zone: string;
  origin: string;
  /** What the place speaks (an older server tells none: Chinese). */
  language?: string;
  /** Address of map tiles, where the place has a service: {z}, {x}, {y}; else empty. */
  tiles?: string;
}

export interface Calendar {
  from: string;
  to: string;
  off: string[];
}

export interface Organ {
  name: string;
  short: string;
  area: string;
  phone?: string;
}

/** A form of the pack: title, who signs, its wording. `notes[0]` stands on a paper that wants a seal until it has one. */
export interface PaperForm {
  title: string;
  /** Each fact with its label, in the order of the public page. */
  fields?: { key: string; label: string }[];
  copies?: number;
  basis?: string;
  verified?: boolean;
  signs?: string[];
  sealed?: boolean;
  notes?: string[];
  /** The checklists whose visits it belongs to; none named means every visit's. */
  lists?: string[];
  /** The articles by which it is issued, by checklist. */
  grounds?: { lists: string[]; basis: string }[];
  texts?: { [key: string]: string | { [key: string]: string } };
}

export interface Trade {
  code: string;
  name: string;
}

export interface PullPage {
  cursor: string;
  more: boolean;
  server_time: string;
  uploads?: string;
  person?: Myself;
  grant_until?: string;
  colleagues?: Colleague[];
  premises?: Premises[];
  checklists?: Checklist[];
  tasks?: Task[];
  rules?: Rules;
  day_order?: DayOrder | null;
  /** These two come only when they have changed. */
  ground?: Ground | null;
  due?: DueShop[];
  site?: Site;
  /** Only where they are others than those of the last pull. */
  years?: Years;
  /** Premises by the kinds of what is registered there, as equipment. */
  registered?: Registered;
  calendar?: Calendar;
  organ?: Organ;
  /** All offices in whose name the officer's papers are made: more than one while he is on loan. */
  organs?: Organ[];
  numbers?: ReservedNumber[];
  papers?: Partial<Record<PaperKind, PaperForm>>;
  trades?: Trade[];
  removed?: { premises?: string[]; tasks?: string[]; checklists?: string[] };
}

export interface Enrolment {
  device: string;
  person: Person;
  grant_until: string;
  server_time: string;
  city: string;
  locale: string;
}

export interface RecordReceipt {
  id: string;
  state: string;
  sha256: string;
  matter: { uid: string; number: string; title: string } | null;
  flags: { code: string; message: string }[];
  blobs_missing: string[];
}

export interface UploadState {
  offset: number;
  size?: number | null;
  done: boolean;
  sha256?: string;
}

export interface Problem {
  problem: string;
  message: string;
  mend?: string;
}
