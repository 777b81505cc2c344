/** What a drill does to the sessions of its candidate. */
export type DrillHarm =
  /** Share of sessions, in (0, 1], to which it happens on top of what happens anyway. */
  | { readonly kind: "errors" | "refusals" | "invalid-output" | "abandoned"; readonly share: number }
  /** How many times as long or as dear sessions become; above 1. */
  | { readonly kind: "latency" | "cost"; readonly times: number };

/** The kinds of harm as people write them, with an example of each. */
export const HARM_EXAMPLES: Readonly<Record<DrillHarm["kind"], string>> = {
  errors: "errors:10%",
  refusals: "refusals:20%",
  "invalid-output": "invalid-output:20%",
  abandoned: "abandoned:10%",
  latency: "latency:1.5x",
  cost: "cost:1.5x",
};

/** Harm beyond which nobody needs a drill. */
const MOST_TIMES = 1_000;

/** Reads `errors:10%` or `latency:1.5x`; `null` when it is neither. */
export function parseHarm(text: string): DrillHarm | null {
  const [kind = "", amount = "", ...more] = text.trim().split(":");
  if (more.length > 0) return null;
  const size = Number(amount.slice(0, -1));
  if (amount.length < 2 || !Number.isFinite(size)) return null;
  switch (kind) {
    case "errors":
    case "refusals":
    case "invalid-output":
    case "abandoned":
      return amount.endsWith("%") && size > 0 && size <= 100 ? { kind, share: size / 100 } : null;
    case "latency":
    case "cost":
      return amount.endsWith("x") && size > 1 && size <= MOST_TIMES ? { kind, times: size } : null;
    default:
      return null;
  }
}

/** The harm as it was written. */
export const spellHarm = (harm: DrillHarm): string =>
  "share" in harm ? `${harm.kind}:${Number((harm.share * 100).toFixed(4))}%` : `${harm.kind}:${harm.times}x`;
