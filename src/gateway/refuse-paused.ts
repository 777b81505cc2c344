import { callsOf } from "../domain/access/pause.ts";
import type { Pause } from "../domain/access/pause.ts";
import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { present } from "./present.ts";

/** Throws `paused` when somebody has stopped what the call belongs to. Calls under way are not cut off. */
export function refusePaused(gateway: Gateway, call: OpenCall): void {
  const pause = pauseOf(gateway, call);
  if (pause === undefined) return;
  throw new RollwardError("paused", {
    calls: callsOf(pause.subject),
    // The reason of a rule tells figures of others: clients hear of the rule alone.
    reason: pause.rule === undefined ? ended(pause.reason) : `the rule ${pause.rule.name} has stopped them.`,
    retryAfter: 30,
  });
}

/** What has stopped the calls that this one belongs to; `undefined` for nothing. */
export function pauseOf({ pauses }: Gateway, call: OpenCall): Pause | undefined {
  if (pauses.isEmpty) return undefined;
  const key = present(call.key);
  const aim = present(call.aim);
  const endpoint = aim.type === "endpoint" ? aim.route.channel.endpoint : null;
  return pauses.about({ endpoint, tenant: key.tenant ?? null, keyId: key.id });
}

/** A reason as the end of a sentence: people leave out the full stop. */
const ended = (reason: string): string => (/[.!?…]$/.test(reason) ? reason : `${reason}.`);
