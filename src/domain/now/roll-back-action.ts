import { formatShare } from "../rollout/describe-effect.ts";
import type { Handover } from "../traffic/route.ts";
import type { NowAction } from "./actions-of.ts";
import { clockTime } from "./say-time.ts";

/** Releases are given by their names; `stable` is what serves users now, or would again. */
interface Left {
  readonly candidate: string;
  readonly stable: string;
}

/** What rolling an endpoint back would do at this moment, with names. */
export type RollBackTerms =
  /** A candidate gets a share of new sessions, in (0, 1]. `sessions`: what becomes of those that began on it. */
  | (Left & { readonly way: "ramping"; readonly weight: number; readonly sessions: Handover["rule"] })
  /** It was promoted and is still watched; everybody has it, and `stable` is the release before. */
  | (Left & { readonly way: "promoted"; readonly sessions: Handover["rule"] })
  /** No user gets it: copies go to it, or it answers who asks for it by name. */
  | (Left & { readonly way: "shadow" | "preview" | "dark" })
  /** It is being rolled back already. */
  | (Left & { readonly way: "leaving" })
  /**
   * No rollout is under way: back from `candidate`, which serves everybody, to the release before its promotion; `null` is
   * none. `isGone`: one of that release's models is not configured any more. `taken`: what was rolled back just now.
   */
  | {
      readonly way: "return";
      readonly candidate: string;
      readonly stable: string | null;
      readonly isGone: boolean;
      readonly taken: { readonly release: string; readonly at: number; readonly by: string } | null;
    };

/** What an action says and does, without what all of them have in common. */
type Said = Pick<NowAction, "label" | "effect"> & {
  readonly from: string;
  readonly again?: true;
};

/** "Roll back", in the words of what it does now; `name` is the endpoint. */
export function rollBackAction(name: string, terms: RollBackTerms): NowAction {
  const base = { action: "roll-back", endpoint: name, done: null } as const;
  const said = saidOf(name, terms);
  if ("whyNot" in said) {
    return {
      ...base,
      label: "Roll back",
      effect: "Nothing.",
      undo: "Nothing to undo.",
      request: null,
      whyNot: said.whyNot,
    };
  }
  const { label, effect, from, again } = said;
  return {
    ...base,
    label,
    effect: `${effect} Answers under way are finished.`,
    undo: `Begin a rollout of ${from} again: \`rollward apply --again --endpoint ${name}\` with the files that have it.`,
    // Nothing else than what was said: where something moved meanwhile, the server refuses.
    request: { path: `/api/endpoints/${name}/rollback`, body: { from, ...(again && { again }) } },
    whyNot: null,
  };
}

const AT_ONCE = "within a second, on every replica";

function saidOf(name: string, terms: RollBackTerms): Said | { readonly whyNot: string } {
  if (terms.way === "return") return returnOf(name, terms);
  const { candidate, stable } = terms;
  const [from, label] = [candidate, `Roll back to ${stable}`];
  switch (terms.way) {
    case "ramping": {
      const share = `${formatShare(terms.weight)} of new sessions`;
      return { from, label, effect: `Takes ${candidate} (${share}) out of traffic ${AT_ONCE}: ${afterwards(terms)}.` };
    }
    case "promoted": {
      const effect = `Rolls ${candidate} back, which was promoted and is still watched, ${AT_ONCE}: ${afterwards(terms)}.`;
      return { from, label, effect };
    }
    case "leaving":
      return {
        whyNot: `${candidate} is being rolled back already: new sessions of ${name} get ${stable}; some that began on ${candidate} may finish there.`,
      };
    default:
      return { from, ...unseenOf(terms) };
  }
}

const UNSEEN = {
  shadow: { stage: "shadow stage", ends: "no more calls are copied to it" },
  preview: { stage: "preview", ends: "nobody can ask for it by name any more" },
  dark: { stage: "dark launch", ends: "nobody can ask for it by name any more" },
} as const;

/** A stage in which no user is given the candidate: nobody is moved. */
function unseenOf({ way, candidate, stable }: Left & { readonly way: keyof typeof UNSEEN }): Omit<Said, "from"> {
  const { stage, ends } = UNSEEN[way];
  return {
    label: `Roll back: end the ${stage} of ${candidate}`,
    effect: `Ends the ${stage} of ${candidate} ${AT_ONCE}: ${ends}. Users stay on ${stable}.`,
  };
}

function afterwards({ candidate, stable, sessions }: Left & { readonly sessions: Handover["rule"] }): string {
  if (sessions === "next_turn") return `everybody gets ${stable}`;
  const end = sessions === "keep" ? "may finish on it" : "are ended with an error";
  return `new sessions get ${stable}, and those that began on ${candidate} ${end}`;
}

type Return = Extract<RollBackTerms, { readonly way: "return" }>;

function returnOf(name: string, { candidate, stable, isGone, taken }: Return): Said | { readonly whyNot: string } {
  const already = taken === null ? "" : `${wasTaken(taken)}, and ${name} is served by ${candidate}.`;
  if (stable === null) {
    const none = `${name} has no rollout under way and no promotion to return from.`;
    return { whyNot: taken === null ? none : `${already} There is no promotion before it to return from.` };
  }
  if (isGone) {
    const gone = `${stable}, the release before ${candidate}, uses a model that is not configured any more; add its provider again and apply.`;
    return { whyNot: taken === null ? gone : `${already} ${gone}` };
  }
  const moves = `new sessions and next turns get ${stable} ${AT_ONCE}`;
  if (taken === null) {
    return { from: candidate, label: `Roll back to ${stable}`, effect: `Rolls ${candidate} back: ${moves}.` };
  }
  return {
    from: candidate,
    again: true,
    label: `Roll back further, to ${stable}`,
    effect: `${already} This goes one release further back, from ${candidate} to ${stable}: ${moves}.`,
  };
}

/** "support-bot@3 was already rolled back by itself at 02:51 UTC". */
const wasTaken = ({ release, at, by }: NonNullable<Return["taken"]>): string =>
  `${release} was already rolled back by ${by} at ${clockTime(at)} UTC`;
