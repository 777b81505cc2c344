import type { Change } from "../release/diff.ts";

/**
 * How much a difference between two environments matters: users would get something else, only how much is carried
 * differs, or it is what environments are there for.
 */
export type ParityWeight = "behaviour" | "capacity" | "expected";

/** One difference between two environments. */
export interface ParityDifference {
  readonly weight: ParityWeight;
  /** What it is about, as in rollward.yaml where it is from there: `providers.openai.base_url`. */
  readonly path: string;
  /** How it is in the one and in the other, for people; `null` where it is not there. */
  readonly from: string | null;
  readonly to: string | null;
  /** Why it matters as much as it does. */
  readonly why: string;
}

type Rule = Pick<ParityDifference, "weight" | "why">;

/** Settings that differ, each with how much it matters. */
export const weighChanges = (changes: readonly Change[]): readonly ParityDifference[] =>
  changes.map((change) => {
    const [from, to] = change.kind === "value" ? [change.before, change.after] : [null, null];
    return { ...ruleFor(change.path), path: change.path, from: textOf(from), to: textOf(to) };
  });

const SECTIONS: Readonly<Record<string, Rule>> = {
  environment: { weight: "expected", why: "It is the name." },
  aliases: { weight: "behaviour", why: "A name that applications call means something else." },
  tools: { weight: "behaviour", why: "Results of tools are given again otherwise." },
  retrieval: { weight: "behaviour", why: "Retrieved passages are given again otherwise." },
  flags: { weight: "behaviour", why: "A flag is served otherwise." },
  segments: { weight: "behaviour", why: "A flag is served otherwise." },
  limits: { weight: "capacity", why: "It bounds how much is served, and not what." },
  budgets: { weight: "capacity", why: "It bounds how much is served, and not what." },
  pauses: { weight: "capacity", why: "It bounds how much is served, and not what." },
  incidents: { weight: "expected", why: "It says when alerts open incidents." },
  status_page: { weight: "expected", why: "It says what the public is shown." },
  reports: { weight: "expected", why: "It says who gets reports." },
  releases: { weight: "expected", why: "Every environment says which releases go out there." },
  retain_facts: { weight: "expected", why: "It says how long records are kept." },
};

const UNKNOWN: Rule = { weight: "behaviour", why: "Nothing says that it does not matter." };

/** Keys of a provider that say where it is and who asks. */
const PLACES = [".base_url", ".key_env", ".region", ".project", ".location", ".account_id", ".credentials_env"];
/** Keys of a model that change what a call costs. */
const COSTS = [".price", ".max_output", ".cache_minimum"];

function ruleFor(path: string): Rule {
  const [section = ""] = path.split(".", 1);
  if (section === "providers") return providerRule(path);
  if (section !== "endpoints") return SECTIONS[section] ?? UNKNOWN;
  if (path.includes(".rollout")) return { weight: "expected", why: "Every environment has its own policy." };
  if (path.includes(".sessions")) return { weight: "behaviour", why: "Sessions are told apart otherwise." };
  return { weight: "behaviour", why: "Applications can call it in one only." };
}

function providerRule(path: string): Rule {
  if (PLACES.some((key) => path.endsWith(key)))
    return { weight: "expected", why: "Every environment has its own place and key." };
  if (path.includes(".models.") && COSTS.some((key) => path.includes(key)))
    return { weight: "capacity", why: "It changes what calls cost, and not what they say." };
  return { weight: "behaviour", why: "Calls meet another provider, or meet it otherwise." };
}

/** Longest value that is shown, characters. */
const LONGEST = 200;

function textOf(value: unknown): string | null {
  if (value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

const ORDER: readonly ParityWeight[] = ["behaviour", "capacity", "expected"];

/** What matters most first, and what belongs together side by side. */
export const sortParity = (differences: readonly ParityDifference[]): readonly ParityDifference[] =>
  differences.toSorted(
    (one, other) => ORDER.indexOf(one.weight) - ORDER.indexOf(other.weight) || (one.path < other.path ? -1 : 1),
  );
