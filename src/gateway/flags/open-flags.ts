import type { Key } from "../../domain/access/key.ts";
import { mayCall } from "../../domain/access/presented-key.ts";
import type { EvaluationContext } from "../../domain/flags/condition.ts";
import type { Evaluation } from "../../domain/flags/evaluation.ts";
import type { Gateway } from "../gateway.ts";
import { ENDPOINT_FLAGS, endpointFlag } from "./endpoint-flag.ts";

/** Who asks for flags, and for whom. */
export interface FlagQuestion {
  readonly key: Key;
  readonly context: EvaluationContext;
  /** Asked by a person who wants to know what would be: not counted. */
  readonly isRehearsal?: boolean;
}

/** Flags for one context, those of endpoints among them. What is evaluated is counted. */
export interface OpenFlags {
  /** Every flag that the key may ask for. */
  keys(): Iterable<string>;
  /** `null` when there is no such flag, or none for this key. */
  evaluate(key: string): Evaluation | null;
}

/** Opens the flags of an environment for one question. */
export function openFlags(gateway: Gateway, { key, context, isRehearsal = false }: FlagQuestion): OpenFlags {
  const { flags, routes } = gateway;
  const evaluator = flags.open(context);
  return {
    *keys() {
      yield* flags.set.flags.keys();
      for (const { channel } of routes.all()) {
        if (mayCall(key, channel.endpoint)) yield `${ENDPOINT_FLAGS}${channel.endpoint}`;
      }
    },
    evaluate(name) {
      if (name.startsWith(ENDPOINT_FLAGS)) return endpointFlag(gateway, { key, context }, name);
      const evaluation = evaluator.evaluate(name);
      if (evaluation !== null && !isRehearsal) flags.note(evaluation);
      return evaluation;
    },
  };
}
