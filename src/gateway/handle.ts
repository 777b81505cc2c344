import { RollwardError } from "../domain/errors.ts";
import { admit } from "./admit.ts";
import { assign } from "./assign.ts";
import { authenticate } from "./authenticate.ts";
import { call as callProvider } from "./call.ts";
import { deliver } from "./deliver.ts";
import type { Gateway } from "./gateway.ts";
import { openCall } from "./open-call.ts";
import type { Arrival } from "./open-call.ts";
import { refuse } from "./refuse.ts";
import { render } from "./render.ts";
import { resolve } from "./resolve.ts";
import { settle } from "./settle.ts";
import { stepsOf } from "./steps-of.ts";

/**
 * A request's way, from top to bottom. Resolves when the call is settled, whatever became of it;
 * never rejects. `settle` runs exactly once, because this is the only place that calls it.
 */
export async function handle(gateway: Gateway, arrival: Arrival): Promise<void> {
  const call = openCall(gateway, arrival);
  const step = stepsOf(gateway, call);
  try {
    step.run("authenticate", authenticate);
    step.run("admit", admit);
    step.run("resolve", resolve);
    step.run("assign", assign);
    step.run("render", render);
    const answer = await step.wait("call", callProvider);
    await step.wait("deliver", () => deliver(call, answer));
  } catch (error) {
    refuse(gateway, call, RollwardError.from(error));
  } finally {
    settle(gateway, call);
  }
}
