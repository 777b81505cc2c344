import { frozenByWindow } from "../domain/access/freeze-window.ts";
import { frozenName } from "../domain/access/freeze.ts";
import type { ChannelName } from "../domain/traffic/route.ts";
import type { Delivery } from "./delivery.ts";

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
  const [freeze] = await gating.freezes.list({ now, about: channel, limit: 1 });
  if (freeze !== undefined) return `${freeze.by} froze ${frozenName(freeze.subject)}: ${freeze.reason}`;
  return frozenByWindow(gating.freezeWindows(channel.environment), channel.endpoint, now);
}
