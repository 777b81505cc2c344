import type { FlagKill } from "../../domain/flags/flag-kill.ts";
import type { FlagSwitches } from "../../ports/flag-switches.ts";

/** Kill switches by environment and flag. */
export function createMemoryFlagSwitches(): FlagSwitches {
  let byName: ReadonlyMap<string, FlagKill> = new Map();
  return {
    about: (environment, flag) => (byName.size === 0 ? undefined : byName.get(`${environment}/${flag}`)),
    replace(kills) {
      byName = new Map(kills.map((kill) => [`${kill.environment}/${kill.flag}`, kill]));
    },
  };
}
