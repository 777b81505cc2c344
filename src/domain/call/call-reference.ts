import { traceIdOf } from "../trace/trace-ids.ts";
import type { CallFacts } from "./call-record.ts";

/** Which call something is about, as every line of the log names it. What is absent the call has not. */
export interface CallReference {
  /** `call_…` */
  readonly call: string;
  readonly trace: string;
  readonly environment: string;
  readonly endpoint?: string;
  readonly release?: string;
  readonly arm?: string;
}

/** The reference of a call that has ended. */
export const referenceOf = (facts: CallFacts): CallReference => ({
  call: facts.id,
  trace: traceIdOf(facts),
  environment: facts.environment,
  ...(facts.endpoint !== null && { endpoint: facts.endpoint }),
  ...(facts.release !== null && { release: facts.release }),
  ...(facts.arm !== null && { arm: facts.arm }),
});
