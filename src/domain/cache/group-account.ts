import type { Standing } from "./semantic/standing.ts";

/** What is told of calls that share what is proven. */
export interface GroupAccount {
  /** `support-bot@7`. */
  readonly release: string;
  /** Who shares answers: `key key_…`, `tenant …` or `endpoint`. */
  readonly scope: string;
  readonly standing: Standing;
}

/** The account as text. */
export const writeAccount = (account: GroupAccount): string => JSON.stringify(account);

const PHASES: ReadonlySet<unknown> = new Set(["off", "collecting", "open", "closed"]);

/** Reads what `writeAccount` wrote; `null` for anything else. */
export function readAccount(text: string): GroupAccount | null {
  const { release, scope, standing } = fieldsIn(text);
  if (typeof release !== "string" || typeof scope !== "string") return null;
  const { phase, audits, alarm, certificate, closedBy } = asFields(standing);
  if (!PHASES.has(phase) || typeof audits !== "number" || typeof alarm !== "number") return null;
  if (certificate === undefined || closedBy === undefined) return null;
  return { release, scope, standing: standing as Standing };
}

type Fields = Readonly<Record<string, unknown>>;

const asFields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});

function fieldsIn(text: string): Fields {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return {};
  }
}

const CLOSINGS: Readonly<Record<string, string>> = {
  errors: "too many wrong answers",
  judge: "another judge",
  embedder: "another embedder",
  bound: "a tighter bound",
  operator: "an operator",
  feedback: "feedback",
};

/** How a group stands, in words. */
export function describeStanding(standing: Standing): string {
  const { phase, certificate, closedBy } = standing;
  if (phase === "off") return "off";
  if (certificate !== null) {
    const { threshold, n, wrong, upper } = certificate;
    return `open at a score above ${threshold.toFixed(3)}: ${wrong} wrong of ${n} audits there, at most ${percent(upper)}`;
  }
  const since =
    closedBy === null
      ? "collecting"
      : `closed by ${CLOSINGS[closedBy.reason] ?? closedBy.reason} since ${minute(closedBy.at)}, collecting`;
  return `${since}: ${missing(standing)}`;
}

function missing({ silence, audits, missingAudits, failed }: Standing): string {
  if (silence === "out-of-reach") return `${audits} audits; no number of audits proves this bound`;
  const errors =
    silence === "too-many-errors" && failed !== null ? `, ${failed.wrong} wrong of ${failed.n} where it is surest` : "";
  if (missingAudits === null) return `${audits} audits${errors}; too many are wrong for this bound`;
  return `${audits} of at least ${audits + missingAudits} audits${errors}`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
