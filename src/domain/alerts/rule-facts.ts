import type { SeriesTally } from "../series/series-cell.ts";
import type { Slo } from "../slo/slo.ts";
import type { Sight } from "./sighting.ts";
import type { SightedSignalName, Signal } from "./signal.ts";

/** What rules are judged by, at one time in one environment. */
export interface RuleFacts {
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Endpoints that are configured, or have calls. */
  readonly endpoints: readonly string[];
  /** What the calls of an endpoint came to within `windowMs` before `at`; `undefined` is none. */
  tally(endpoint: string, windowMs: number, arm?: Signal["arm"]): SeriesTally | undefined;
  /** The same for the hour around `at` on each of so many days before; days without calls are left out. */
  sameHours(endpoint: string, days: number, arm?: Signal["arm"]): readonly SeriesTally[];
  /** What servers saw lately; `null` where none has told anything. */
  sights(signal: SightedSignalName): readonly Sight[] | null;
  /** What servers that are gone saw last, a moment ago: who came after them may not know of it yet. */
  goneSights(signal: SightedSignalName): readonly Sight[];
  slo(name: string): Slo | undefined;
  /** Why an endpoint costs more than it usually does, in words, where a rule has found that it is dear. */
  costNote?(endpoint: string): string | undefined;
}
