import { callsOf } from "../domain/access/pause.ts";
import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { present } from "./present.ts";

/** Throws `paused` when somebody has stopped what the call belongs to. Calls under way are not cut off. */
export function refusePaused({ pauses }: Gateway, call: OpenCall): void {
  if (pauses.isEmpty) return;
  const key = present(call.key);
  const aim = present(call.aim);
  const endpoint = aim.type === "endpoint" ? aim.route.channel.endpoint : null;
  const pause = pauses.about({ endpoint, tenant: key.tenant ?? null, keyId: key.id });
  if (pause === undefined) return;
  throw new RollwardError("paused", {
    calls: callsOf(pause.subject),
    reason: ended(pause.reason),
    retryAfter: 30,
  });
}

/** A reason as the end of a sentence: people leave out the full stop. */
const ended = (reason: string): string => (/[.!?…]$/.test(reason) ? reason : `${reason}.`);
