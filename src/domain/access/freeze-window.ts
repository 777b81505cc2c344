import { closingOf, isOpenAt, spellMoment } from "../rollout/gates/open-windows.ts";
import type { TimeWindow } from "../rollout/gates/time-window.ts";

/** A freeze of the project file: its channels are frozen while one of its windows is open. */
export interface FreezeWindow {
  readonly name: string;
  readonly reason: string;
  /** IANA name of the time zone of the windows. */
  readonly zone: string;
  readonly windows: readonly TimeWindow[];
  /** Endpoints that it is about; `null` is all of the project. */
  readonly endpoints: readonly string[] | null;
}

/** The window that freezes an endpoint at a moment (epoch milliseconds), in words; `null` when none does. */
export function frozenByWindow(windows: readonly FreezeWindow[], endpoint: string, now: number): string | null {
  const frozen = windows.find(
    (one) => (one.endpoints?.includes(endpoint) ?? true) && isOpenAt(one.windows, one.zone, now),
  );
  if (frozen === undefined) return null;
  const end = closingOf(frozen.windows, frozen.zone, now);
  return `${frozen.name} (${frozen.reason})${end === null ? "" : ` until ${spellMoment(frozen.zone, end)}`}`;
}
