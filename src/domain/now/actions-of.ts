import { raiseBudgetWords } from "./over-budget.ts";
import type { BudgetNow } from "./over-budget.ts";
import { rollBackAction } from "./roll-back-action.ts";
import type { RollBackTerms } from "./roll-back-action.ts";
import { clockTime } from "./say-time.ts";

/** Something that a person may do at this moment. */
export interface NowAction {
  readonly action: "roll-back" | "freeze" | "switch-model" | "raise-budget";
  readonly label: string;
  readonly endpoint: string | null;
  readonly effect: string;
  readonly undo: string;
  /** Address and body without the reason; `null` where it cannot be done, or is done by hand: then nothing says why not. */
  readonly request: { readonly path: string; readonly body: Readonly<Record<string, unknown>> } | null;
  readonly whyNot: string | null;
  readonly done: { readonly line: string; readonly undoPath: string } | null;
}

/** What actions are chosen by. */
export interface ActionTerms {
  readonly environment: string;
  /** The endpoint that is the matter; `null` where none is. */
  readonly endpoint: {
    readonly name: string;
    readonly stable: string;
    /** What rolling it back would do. */
    readonly rollBack: RollBackTerms;
    /** Models of its chain, those that calls go around left out. */
    readonly chain: readonly string[];
    readonly switched: {
      readonly model: string;
      readonly pause: string;
      readonly at: number;
      readonly by: string;
    } | null;
  } | null;
  readonly frozen: { readonly id: string; readonly at: number; readonly by: string } | null;
  /** Rollouts that would stand still. */
  readonly rollouts: number;
  /** The budget of all callers that refuses calls; absent where none does. */
  readonly budget?: BudgetNow;
}

const NO_ENDPOINT = "Nothing is the matter with an endpoint; name one with `--endpoint` (`endpoint` in the request).";

/** The three things to do at three in the morning, and exactly what each would do; where a budget refuses calls, what to do about that comes first. */
export const actionsOf = (terms: ActionTerms): readonly NowAction[] => [
  ...(terms.budget === undefined ? [] : [raiseAction(terms.budget)]),
  terms.endpoint === null ? NOTHING_TO_ROLL_BACK : rollBackAction(terms.endpoint.name, terms.endpoint.rollBack),
  freezeAction(terms),
  switchAction(terms),
];

const raiseAction = (budget: BudgetNow): NowAction => ({
  action: "raise-budget",
  label: `Raise the budget ${budget.name}`,
  endpoint: null,
  ...raiseBudgetWords(budget),
  request: null,
  whyNot: null,
  done: null,
});

/** Nobody said which endpoint is to be rolled back. */
const NOTHING_TO_ROLL_BACK: NowAction = {
  action: "roll-back",
  label: "Roll back",
  endpoint: null,
  effect: "Nothing.",
  undo: "Nothing to undo.",
  request: null,
  whyNot: NO_ENDPOINT,
  done: null,
};

function freezeAction({ environment, frozen, rollouts }: ActionTerms): NowAction {
  const under =
    rollouts === 0
      ? "none is under way"
      : `${rollouts} under way ${rollouts === 1 ? "keeps its" : "keep their"} weight`;
  return {
    action: "freeze",
    label: "Freeze rollouts",
    endpoint: null,
    effect: `No rollout in ${environment} starts, advances or is promoted (${under}). Holding, aborting and rolling back stay possible, by people and by the machine.`,
    undo: "Lift the freeze: rollouts go on where they stood.",
    request: frozen === null ? { path: "/api/freezes", body: { subject: { type: "environment" } } } : null,
    whyNot: frozen === null ? null : "Rollouts are frozen already.",
    done:
      frozen === null
        ? null
        : {
            line: `${frozen.by} froze rollouts at ${clockTime(frozen.at)} UTC.`,
            undoPath: `/api/freezes/${frozen.id}/lift`,
          },
  };
}

function switchAction({ endpoint }: ActionTerms): NowAction {
  const base = { action: "switch-model", endpoint: endpoint?.name ?? null } as const;
  const [from, to] = endpoint?.chain ?? [];
  const switched = endpoint?.switched ?? null;
  const done =
    switched === null
      ? null
      : {
          line: `${switched.by} told it to go around ${switched.model} at ${clockTime(switched.at)} UTC.`,
          undoPath: `/api/pauses/${switched.pause}/lift`,
        };
  if (endpoint === null || from === undefined || to === undefined) {
    const whyNot = endpoint === null ? NO_ENDPOINT : `No other model is left in the chain of ${endpoint.stable}.`;
    return {
      ...base,
      label: "Switch to the fallback model",
      effect: "Nothing.",
      undo: "Nothing to undo.",
      request: null,
      whyNot,
      done,
    };
  }
  return {
    ...base,
    label: `Switch to ${to}`,
    effect: `New calls of ${endpoint.name} go around ${from} within a second, on every replica: ${to} answers (tier fallback). Both arms of a rollout are switched, so that they stay comparable; cost and quality are those of ${to}.`,
    undo: `Lift it: ${from} is asked first again within a second.`,
    request: { path: "/api/pauses", body: { subject: { type: "model", endpoint: endpoint.name, name: from } } },
    whyNot: null,
    done,
  };
}
