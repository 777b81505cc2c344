import type { Weight } from "../changes/change.ts";
import { findSituations } from "./find-situations.ts";
import { count } from "./say-time.ts";
import type { NowFacts, Situation, SituationName } from "./situation.ts";

/** What a person on call reads first. */
export interface NowTelling {
  readonly situation: SituationName;
  readonly weight: Weight;
  /** State, since when, likely cause, and what the machine has done already. */
  readonly sentence: string;
  /** Everything that is the matter, the worst first. */
  readonly situations: readonly Situation[];
}

/** Further things that the sentence names. */
const NAMED = 2;

/** What is happening, in a few words: the worst first, and how much else there is. */
export function tellNow(facts: NowFacts): NowTelling {
  const situations = findSituations(facts);
  const [worst, ...others] = situations;
  if (worst === undefined) return allWell(facts);
  const heavy = others.filter(
    ({ weight, endpoint, situation }) =>
      weight === "critical" || weight === "warning" || (endpoint !== worst.endpoint && situation !== "frozen"),
  );
  const named = heavy.slice(0, NAMED).map(({ sentence, brief }) => brief ?? sentence);
  const more = situations.length - 1 - named.length;
  const rest = more > 0 ? [`${count(more, "more thing")} below.`] : [];
  const also = named.length === 0 ? [] : [`Also: ${named.join(" ")}`];
  const sentence = [worst.sentence, ...also, ...rest].join(" ");
  return { situation: worst.situation, weight: worst.weight, sentence, situations };
}

function allWell({ endpoints }: NowFacts): NowTelling {
  const calls = endpoints.reduce((sum, { served }) => sum + served.calls, 0);
  if (endpoints.length === 0) {
    return { situation: "quiet", weight: "ok", sentence: "No endpoint is configured yet.", situations: [] };
  }
  if (endpoints.every(({ errors }) => errors.standing === "quiet")) {
    return {
      situation: "quiet",
      weight: "ok",
      sentence:
        "Nobody has called for a quarter of an hour, and nothing is the matter that could be seen without calls.",
      situations: [],
    };
  }
  const rolling = endpoints.filter(({ rollout }) => rollout !== null).map(({ rollout }) => rollout?.candidate ?? "");
  const under =
    rolling.length === 0
      ? ""
      : ` Under way: ${rolling.slice(0, 3).join(", ")}${rolling.length > 3 ? ` and ${rolling.length - 3} more` : ""}.`;
  return {
    situation: "well",
    weight: "ok",
    sentence: `All is well: ${count(calls, "call")} in the last five minutes on ${count(endpoints.length, "endpoint")}.${under}`,
    situations: [],
  };
}
