import type { Gateway } from "./gateway.ts";
import { sinceArrival } from "./open-call.ts";
import type { OpenCall } from "./open-call.ts";

/** The stages of a request's way, in order. The code, the record and the docs share these names. */
export type Stage = "authenticate" | "admit" | "resolve" | "assign" | "render" | "call" | "deliver";

/** Runs one stage and notes its time, also when it throws. */
export function step<T>(gateway: Gateway, call: OpenCall, stage: Stage, run: (gateway: Gateway, call: OpenCall) => T): T {
  const startMs = sinceArrival(gateway, call);
  try {
    return run(gateway, call);
  } finally {
    call.stages.push({ stage, startMs, endMs: sinceArrival(gateway, call) });
  }
}

/** The same for a stage that waits for the world. */
export async function stepAsync<T>(
  gateway: Gateway,
  call: OpenCall,
  stage: Stage,
  run: (gateway: Gateway, call: OpenCall) => Promise<T>,
): Promise<T> {
  const startMs = sinceArrival(gateway, call);
  try {
    return await run(gateway, call);
  } finally {
    call.stages.push({ stage, startMs, endMs: sinceArrival(gateway, call) });
  }
}
