import { RollwardError } from "../domain/errors.ts";
import { admit } from "./admit.ts";
import { assign } from "./assign.ts";
import type { Attempt } from "./attempt/attempt.ts";
import { authenticate } from "./authenticate.ts";
import { call as callProvider } from "./call.ts";
import { serveStale } from "./cache/serve-stale.ts";
import { replay } from "./cache/replay.ts";
import { deliver } from "./deliver.ts";
import { fit, isFitted } from "./fit.ts";
import type { Gateway } from "./gateway.ts";
import { limit } from "./limit.ts";
import { openCall } from "./open-call.ts";
import type { Arrival, OpenCall } from "./open-call.ts";
import { isRecalled, recall } from "./recall.ts";
import { referenceOfOpen } from "./reference-of-open.ts";
import { refuse } from "./refuse.ts";
import { render } from "./render.ts";
import { reserve } from "./reserve.ts";
import { resolve } from "./resolve.ts";
import { settle } from "./settle.ts";
import { Steps } from "./steps.ts";

/** A request's way, in the environment of its key. */
export const handle = ({ environments }: Gateway, arrival: Arrival): Promise<void> =>
  handleIn(environments.forKey(arrival.key), arrival);

/**
 * A request's way, from top to bottom. Resolves when the call is answered, whatever became of it, and where nothing is sent, when it is
 * settled; never rejects. `settle` runs exactly once, because this is the only place that calls it.
 */
async function handleIn(gateway: Gateway, arrival: Arrival): Promise<void> {
  const call = openCall(gateway, arrival);
  const step = new Steps(gateway, call);
  gateway.underWay?.enter(call);
  try {
    step.run("authenticate", authenticate);
    step.run("admit", admit);
    step.run("resolve", resolve);
    if (call.settings.meters !== undefined) await step.run("limit", limit);
    step.run("assign", assign);
    step.run("render", render);
    const recalled = isRecalled(call) ? await step.run("recall", recall) : null;
    if (recalled !== null) return step.run("deliver", () => replay(gateway, call, recalled));
    let answer: Attempt | null = null;
    while (answer === null) {
      if (call.settings.meters !== undefined) await step.run("reserve", reserve);
      if (isFitted(call)) await step.run("fit", fit);
      answer = await step.run("call", callProvider);
    }
    const served = answer;
    await step.run("deliver", () => deliver(call, served));
  } catch (error) {
    step.over();
    const fault = RollwardError.from(error);
    if (!serveStale(gateway, call, fault)) refuse(gateway, call, fault);
  } finally {
    gateway.underWay?.leave(call);
    closeBehind(gateway, call, step.over());
  }
}

/** The answer goes out first: who waits for it has something to do while the books are closed. */
function closeBehind(gateway: Gateway, call: OpenCall, totalMs: number): void {
  const { reply } = call.arrival;
  if (reply.behind === undefined) return settle(gateway, call, totalMs);
  reply.behind(() => {
    try {
      settle(gateway, call, totalMs);
    } catch (error) {
      // Nobody is above this who could hear it: it would end the process.
      gateway.announcer.troubled(`closing the books of ${call.id}`, error, referenceOfOpen(call));
    }
  });
}
