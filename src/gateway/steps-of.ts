import type { Gateway } from "./gateway.ts";
import { sinceArrival } from "./open-call.ts";
import type { OpenCall } from "./open-call.ts";

/** The stages of a request's way, in order. The code, the record and the docs share these names. */
export type Stage =
  | "authenticate"
  | "admit"
  | "resolve"
  | "limit"
  | "assign"
  | "render"
  | "recall"
  | "reserve"
  | "fit"
  | "call"
  | "deliver";

/** Runs the stages of one call and notes the time of each, also of one that throws. */
export interface Steps {
  run<T>(stage: Stage, run: (gateway: Gateway, call: OpenCall) => T): T;
  /** The same for a stage that waits for the world. */
  wait<T>(stage: Stage, run: (gateway: Gateway, call: OpenCall) => Promise<T>): Promise<T>;
}

/** The steps of a call. */
export function stepsOf(gateway: Gateway, call: OpenCall): Steps {
  const note = (stage: Stage, startMs: number): void => {
    call.stages.push({ stage, startMs, endMs: sinceArrival(gateway, call) });
  };
  return {
    run(stage, run) {
      const startMs = sinceArrival(gateway, call);
      try {
        return run(gateway, call);
      } finally {
        note(stage, startMs);
      }
    },
    async wait(stage, run) {
      const startMs = sinceArrival(gateway, call);
      try {
        return await run(gateway, call);
      } finally {
        note(stage, startMs);
      }
    },
  };
}
