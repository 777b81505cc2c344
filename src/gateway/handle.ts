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
import { step, stepAsync } from "./step.ts";

/**
 * A request's way, from top to bottom. Resolves when the call is settled, whatever became of it;
 * never rejects. `settle` runs exactly once, because this is the only place that calls it.
 */
export async function handle(gateway: Gateway, arrival: Arrival): Promise<void> {
  const call = openCall(gateway, arrival);
  try {
    step(gateway, call, "authenticate", authenticate);
    step(gateway, call, "admit", admit);
    step(gateway, call, "resolve", resolve);
    step(gateway, call, "assign", assign);
    step(gateway, call, "render", render);
    const answer = await stepAsync(gateway, call, "call", callProvider);
    await stepAsync(gateway, call, "deliver", (_, open) => deliver(gateway, open, answer));
  } catch (error) {
    refuse(call, RollwardError.from(error));
  } finally {
    settle(gateway, call);
  }
}

