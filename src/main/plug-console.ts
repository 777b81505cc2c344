import { ConsoleSessions } from "../http/console/console-sessions.ts";
import type { ConsoleSite } from "../http/console/serve-site.ts";
import { LiveHub } from "../http/live/live-hub.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import { openConsoleSite } from "./console-site.ts";
import type { Stores } from "./stores.ts";

/** Who is signed in to the console, what it is told of, and its files. */
export interface ConsoleParts {
  readonly sessions: ConsoleSessions;
  readonly live: LiveHub;
  readonly site: ConsoleSite;
}

/** What the console stands on. */
export interface ConsoleGround {
  readonly stores: Stores;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly announcer: Announcer;
  readonly variables: NodeJS.ProcessEnv;
}

/** The console's side of the server. */
export const plugConsole = ({ stores, keys, clock, ids, announcer, variables }: ConsoleGround): ConsoleParts => ({
  sessions: new ConsoleSessions({ store: stores.consoleSessions, keys, clock, ids }),
  live: new LiveHub({ marks: stores.marks, clock, announcer }),
  site: openConsoleSite(variables["ROLLWARD_CONSOLE"], () => clock.elapsed()),
});
