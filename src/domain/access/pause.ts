/**
 * What is paused in an environment: everything, the calls of one endpoint, tenant or key, or a model of an endpoint
 * (`provider/model`), whose calls then go to the next of its chain. `environment` is absent for the server's own, and for
 * whoever speaks within one.
 */
export type PauseSubject =
  | { readonly type: "everything"; readonly environment?: string }
  | { readonly type: "endpoint" | "tenant" | "key"; readonly name: string; readonly environment?: string }
  | { readonly type: "model"; readonly endpoint: string; readonly name: string; readonly environment?: string };

/** An emergency stop: from `at` until it is lifted the subject's calls are refused. Times are epoch milliseconds. */
export interface Pause {
  /** `pau_…` */
  readonly id: string;
  readonly subject: PauseSubject;
  readonly reason: string;
  /** Name of the key, or `rollward` where a rule did it. */
  readonly by: string;
  readonly at: number;
  /** When, by whom and why it was lifted; `null` while it is in force. */
  readonly lifted: { readonly at: number; readonly by: string; readonly reason: string } | null;
  /** The rule that did it; absent where a person did. */
  readonly rule?: RuleFact;
  /** Present while the database is away and has not taken it: no other server obeys it, and a restart forgets it. */
  readonly unwritten?: true;
}

/** What a rule did, or did not do, about a subject. */
export interface RuleFact {
  readonly name: string;
  /**
   * `paused` is a stop. The others are notes, lifted in the moment in which they were written: `observed` by a rule that
   * only observes, `left-alone` where a person had lifted what the rule would do again.
   */
  readonly outcome: "paused" | "observed" | "left-alone";
  /** When it lifts the pause by itself, or is about to act again after a note; `null`: a person has to lift it. */
  readonly until: number | null;
}

/** The name under which rules act. A key may have the same one. */
export const MACHINE = "rollward";

/** What of a call a pause may be about. */
export interface PausableCall {
  /** `null` for a direct call. */
  readonly endpoint: string | null;
  readonly tenant: string | null;
  readonly keyId: string;
}

/**
 * The pauses that a server obeys: all of them. One that is left out would be a stop that does not stop; the bound is
 * for memory, some 300 bytes each.
 */
export const IN_FORCE = { inForce: true, limit: 100_000 } as const;

/** A subject as text that names it alone: `tenant acme`, and outside of the own environment `staging/tenant acme`. */
export const subjectKey = (subject: PauseSubject): string =>
  `${subject.environment === undefined ? "" : `${subject.environment}/`}${nameOf(subject)}`;

/** The subject of such a text. Names of environments have no space, and what follows a type does begin with one. */
export function subjectOfKey(text: string): PauseSubject {
  const slash = /^[^ /]+\//.exec(text)?.[0] ?? "";
  const subject = text.slice(slash.length);
  const environment = slash === "" ? {} : { environment: slash.slice(0, -1) };
  if (subject === "everything") return { type: "everything", ...environment };
  const space = subject.indexOf(" ");
  const type = subject.slice(0, space) as "endpoint" | "tenant" | "key" | "model";
  const name = subject.slice(space + 1);
  if (type !== "model") return { type, name, ...environment };
  const end = name.indexOf(" ");
  return { type, endpoint: name.slice(0, end), name: name.slice(end + 1), ...environment };
}

/** A subject in words that name it alone: "tenant acme", "model faq openai/gpt-5", or "everything". */
export function nameOf(subject: PauseSubject): string {
  if (subject.type === "everything") return "everything";
  return subject.type === "model" ? `model ${subject.endpoint} ${subject.name}` : `${subject.type} ${subject.name}`;
}

/** The calls of a subject, to begin a sentence: "All calls", "Calls of the endpoint faq". */
export function callsOf(subject: PauseSubject): string {
  if (subject.type === "everything") return "All calls";
  return subject.type === "model"
    ? `Calls of the endpoint ${subject.endpoint} to ${subject.name}`
    : `Calls of the ${subject.type} ${subject.name}`;
}

/** The subjects that a call belongs to, the widest first. */
export const subjectsOf = ({ endpoint, tenant, keyId }: PausableCall): readonly string[] => [
  "everything",
  ...(endpoint === null ? [] : [`endpoint ${endpoint}`]),
  ...(tenant === null ? [] : [`tenant ${tenant}`]),
  `key ${keyId}`,
];
