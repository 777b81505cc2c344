import type { RoutingStrategy } from "./routing-policy.ts";

/** A cascade went on to a stronger route. */
export interface Escalation {
  readonly from: string;
  readonly to: string;
  /** For people, e.g. "the answer is cut off"; at most 200 characters. */
  readonly because: string;
}

/** What a judge said of an answer. Its cost is part of the call's. */
export interface Judgement {
  /** `provider/model`. */
  readonly model: string;
  /** 0 to 10; `null` when the judge gave none: then it has no say. */
  readonly mark: number | null;
  /** Why it gave none, for people; `null` with a mark. */
  readonly trouble: string | null;
  readonly tookMs: number;
  /** Pico-dollars as decimal text. */
  readonly costPico: string;
}

/** What the record keeps of a call's routing. */
export interface RoutingFact {
  readonly strategy: RoutingStrategy["type"];
  /** The route that the strategy wants for this request, drawn by lot or not. */
  readonly intended: string;
  /** `routed` when the session follows the strategy, else the route that was drawn by lot. */
  readonly action: string;
  /** Probability of each action, for the session. */
  readonly propensities: Readonly<Record<string, number>>;
  /** Whether the session's route was decided at this call. */
  readonly isFirst: boolean;
  /** The route that was asked first. */
  readonly asked: string;
  /** The route whose model answered; `null` when none did, or a model that belongs to no route. */
  readonly served: string | null;
  /** Why this route, for people: a rule's number, a score, a draw. */
  readonly why: string;
  /** The complexity score, where it decided. */
  readonly score: number | null;
  /** Length of the conversation in characters, for the length control. */
  readonly characters: number;
  readonly escalations: readonly Escalation[];
  /** Absent where no judge was asked. */
  readonly judgements?: readonly Judgement[];
}
