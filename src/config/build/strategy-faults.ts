import { MAX_HOLDBACK } from "../../domain/rollout/check-stages.ts";
import { testKind } from "../../domain/evidence/metrics/kinds.ts";
import type { RolloutPlan } from "../../domain/rollout/plan.ts";
import type { RolloutInput } from "../schema/rollout-schema.ts";
import { formatPercent } from "../units.ts";
import type { PlanFault } from "./build-plan.ts";
import { hasLadder } from "./build-strategy.ts";

const when = (isWrong: boolean, fault: PlanFault): readonly PlanFault[] => (isWrong ? [fault] : []);

/** Keys that only some strategies read, with those that do. */
const OWN_KEYS = [
  ["preview", ["blue_green", "dark"]],
  ["variants", ["ab"]],
  ["test", ["ab"]],
  ["target", ["flag"]],
] as const;

/** What is wrong with the words of a rollout as far as its strategy goes; a plan does not tell any more what was written. */
export function writtenFaults(input: RolloutInput): readonly PlanFault[] {
  const strategy = input.strategy ?? "canary";
  return [
    ...OWN_KEYS.flatMap(([key, readers]) =>
      when(input[key] !== undefined && !(readers as readonly string[]).includes(strategy), {
        path: [key],
        message: `the strategy ${strategy} does not read \`${key}\``,
        fix: `remove it, or use the strategy ${readers.join(" or ")}`,
      }),
    ),
    ...when(input.steps !== undefined && !hasLadder(strategy), {
      path: ["steps"],
      message: `the steps of ${strategy} follow from the strategy`,
      fix: strategy === "ab" ? "remove them, and give the shares in `variants`" : "remove them",
    }),
    ...when(input.drain !== undefined && input.sessions?.drain !== undefined, {
      path: ["sessions", "drain"],
      message: "the drain is given twice",
      fix: "remove one of `drain` and `sessions.drain`",
    }),
    ...(strategy === "shadow" && input.steps === undefined ? nothingPromoted(input) : []),
    ...when(strategy === "flag" && input.target === undefined, {
      path: [],
      message: "a flag must say whose calls it is for",
      fix: 'add `target`, for example { attribute: tenant, one_of: ["acme"] }',
    }),
    ...(strategy === "ab" ? abFaults(input) : []),
  ];
}

const nothingPromoted = (input: RolloutInput): readonly PlanFault[] =>
  (["holdback", "bake", "warm"] as const).flatMap((key) =>
    when(input[key] !== undefined, {
      path: [key],
      message: "a shadow rollout without steps promotes nothing, so nothing comes after it",
      fix: "remove it, or add `steps`",
    }),
  );

function abFaults({ variants, test }: RolloutInput): readonly PlanFault[] {
  const total = variants === undefined ? 1 : variants.stable + variants.candidate;
  return [
    ...when(Math.abs(total - 1) > 1e-9, {
      path: ["variants"],
      message: `the shares add up to ${formatPercent(total)}; they must add up to 100%`,
      fix: "change one of them",
    }),
    ...when(test === undefined, {
      path: [],
      message: "an A/B test must say what it looks for",
      fix: "add `test`, for example { goal: errors, baseline: 2%, effect: 20% }",
    }),
  ];
}

/** What is wrong with a plan as far as its strategy goes, in its places. */
export function strategyFaults(plan: RolloutPlan): readonly PlanFault[] {
  const { holdback = 0 } = plan;
  return [
    ...when(holdback >= MAX_HOLDBACK, {
      path: ["holdback"],
      message: `a holdback of ${formatPercent(holdback)} keeps most sessions where they were`,
      fix: "choose one below 50%, for example 2%",
    }),
    ...(plan.ab === undefined ? [] : testFaults(plan, plan.ab)),
  ];
}

function testFaults(
  { metrics }: RolloutPlan,
  { goal, baseline, sessions }: NonNullable<RolloutPlan["ab"]>,
): readonly PlanFault[] {
  const metric = metrics.find((one) => one.metric === goal);
  if (metric === undefined) {
    const known = metrics.map((one) => one.metric).join(", ");
    return [
      { path: ["test", "goal"], message: `there is no metric ${goal} in the plan`, fix: `choose one of: ${known}` },
    ];
  }
  if (!(baseline > 0)) {
    const what =
      testKind(metric) === "events" ? "the share of sessions that have it today, for example 4%" : "its mean today";
    return [
      { path: ["test"], message: `nobody knows how often ${goal} happens on stable`, fix: `add \`baseline\`: ${what}` },
    ];
  }
  return when(sessions === 0, {
    path: ["test"],
    message: `no number of sessions finds a change of that size in ${goal}`,
    fix: "raise `effect`, or check `baseline`",
  });
}
