import { frozenByWindow } from "../domain/access/freeze-window.ts";
import { frozenName, isAboutChannel } from "../domain/access/freeze.ts";
import type { ChannelName } from "../domain/traffic/route.ts";
import type { Delivery } from "./delivery.ts";

/** Freezes in force at the same time that are looked through. */
const MOST_FREEZES = 1_000;

/**
 * What freezes a channel now, in words; `null` when nothing does. Read from the store every time, so that a freeze is in
 * force on every replica with its next look.
 */
export async function frozenBy(
  { gating, clock }: Pick<Delivery, "gating" | "clock">,
  channel: ChannelName,
): Promise<string | null> {
  if (gating === null) return null;
  const now = clock.now();
  const inForce = await gating.freezes.list({ now, limit: MOST_FREEZES });
  const freeze = inForce.find((one) => isAboutChannel(one, channel));
  if (freeze !== undefined) return `${freeze.by} froze ${frozenName(freeze.subject)}: ${freeze.reason}`;
  return frozenByWindow(gating.freezeWindows(channel.environment), channel.endpoint, now);
}
