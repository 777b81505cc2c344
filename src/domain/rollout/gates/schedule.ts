import { passed, waiting } from "./gate-rule.ts";
import type { GateRule } from "./gate-rule.ts";
import { isOpenAt, nextOpening, spellMoment } from "./open-windows.ts";

/** Windows by the wall clock of a zone: open is a matter of the moment. */
export const schedule: GateRule<"schedule"> = {
  isLive: true,
  runs: false,
  look({ windows, zone }, { observation: { gates } }) {
    if (gates === undefined) return waiting("nobody has looked at the clock");
    if (isOpenAt(windows, zone, gates.now)) return passed(`within its window, ${spellMoment(zone, gates.now)}`);
    const opens = nextOpening(windows, zone, gates.now);
    return waiting(opens === null ? "its last window is over" : `its window opens ${spellMoment(zone, opens)}`);
  },
};
