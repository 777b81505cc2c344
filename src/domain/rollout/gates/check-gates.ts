import { isTimeZone } from "../../../kit/zone-time.ts";
import type { RolloutPlan } from "../plan.ts";
import type { GatePlan } from "./gate-plan.ts";
import type { TimeWindow } from "./time-window.ts";

/** Something wrong with a plan's gates, triggers or changes: where in the plan, and a sentence with what to do. */
export interface GateFault {
  readonly part: "gates" | "triggers" | "changes";
  /** Index in that part. */
  readonly index: number;
  readonly message: string;
  readonly fix: string;
}

type Found = Omit<GateFault, "part" | "index">;

/** What is wrong with the gates of a plan; [] when nothing is. */
export const checkGates = (plan: RolloutPlan): readonly GateFault[] => [
  ...(plan.gates ?? []).flatMap((gate, index) =>
    faultsOf(gate, index, plan).map((found) => ({ part: "gates" as const, index, ...found })),
  ),
  ...irreversible(plan),
];

function faultsOf(gate: GatePlan, index: number, plan: RolloutPlan): readonly Found[] {
  const first = (plan.gates ?? []).findIndex(({ name }) => name === gate.name);
  return [
    ...(first < index
      ? [{ message: `there is a gate ${gate.name} already`, fix: "give each gate a name of its own" }]
      : []),
    ...placeFaults(gate, plan),
    ...kindFaults(gate, plan),
  ];
}

function placeFaults({ at, weight, kind }: GatePlan, { steps }: RolloutPlan): readonly Found[] {
  if (weight !== undefined && at !== "before_step") {
    return [{ message: "only a gate before a step has a weight", fix: "leave `step` out, or write `at: before_step`" }];
  }
  if (weight !== undefined && !steps.some((step) => step.weight === weight && step.weight < 1)) {
    return [{ message: "no step of the plan has this weight", fix: "name the weight of one of `steps` below 100%" }];
  }
  if (kind === "evidence" && at === "before_start") {
    return [{ message: "before the start there is no evidence", fix: "ask this gate before a step or the promotion" }];
  }
  if (kind === "soak" && at === "before_start") {
    return [
      {
        message: "before the start nothing soaks",
        fix: "ask this gate before a step, the promotion, or after the switch",
      },
    ];
  }
  return [];
}

function kindFaults(gate: GatePlan, plan: RolloutPlan): readonly Found[] {
  switch (gate.kind) {
    case "evidence": {
      const unknown = gate.metrics.find((name) => !plan.metrics.some(({ metric }) => metric === name));
      return unknown === undefined
        ? []
        : [{ message: `the plan does not measure ${unknown}`, fix: "add it to `metrics`, or leave it out here" }];
    }
    case "schedule":
      return scheduleFaults(gate.zone, gate.windows);
    default:
      return [];
  }
}

/** What is wrong with windows and their zone. */
export function scheduleFaults(zone: string, windows: readonly TimeWindow[]): readonly Found[] {
  if (!isTimeZone(zone)) {
    return [
      {
        message: `${zone} is no time zone that this machine knows`,
        fix: "write an IANA name, for example Europe/Berlin or UTC",
      },
    ];
  }
  const backwards = windows.find(
    (window) => window.type === "dates" && window.until !== null && window.until <= window.from,
  );
  if (backwards === undefined) return [];
  return [{ message: "a window ends before it begins", fix: "swap `from` and `until`" }];
}

/** A change that cannot be undone must not be promoted by a machine alone. */
function irreversible({ changes = [], gates = [] }: RolloutPlan): readonly GateFault[] {
  const isApproved = gates.some(({ kind, at }) => kind === "approval" && at === "before_promotion");
  if (isApproved) return [];
  return changes.flatMap(({ reversible, what }, index) =>
    reversible
      ? []
      : [
          {
            part: "changes" as const,
            index,
            message: `${what} cannot be undone, and nobody has to approve the promotion`,
            fix: "add a gate with `kind: approval` and `at: before_promotion` to `rollout.gates`",
          },
        ],
  );
}
