import { systemClock } from "../adapters/system/system-clock.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { ServeOptions } from "./serve.ts";
import type { Stores } from "./stores.ts";

/** The server of the hot state that replicas share, where the options name one; what it does is told. */
export async function openValkey(
  { valkeyUrl, valkeyLimitMs }: Pick<ServeOptions, "valkeyUrl" | "valkeyLimitMs">,
  announcer: Announcer,
): Promise<Pick<Stores, "valkey">> {
  if (valkeyUrl === null) return {};
  const onChange = (isAway: boolean, reason: string): void => {
    if (isAway) announcer.troubled(ASKING, new Error(reason));
    else announcer.recovered(ASKING);
  };
  // Its client is read only where there is a server to talk to.
  const { connectValkey } = await import("../adapters/valkey/connect-valkey.ts");
  const limit = valkeyLimitMs === undefined ? {} : { limitMs: valkeyLimitMs };
  return { valkey: await connectValkey(valkeyUrl, { clock: systemClock, onChange, ...limit }) };
}

const ASKING = "asking Valkey";
