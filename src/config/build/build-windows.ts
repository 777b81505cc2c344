import type { FreezeWindow } from "../../domain/access/freeze-window.ts";
import type { TimeWindow, Weekday } from "../../domain/rollout/gates/time-window.ts";
import { momentOf } from "../../kit/zone-time.ts";
import type { WrittenTime } from "../../kit/zone-time.ts";
import { DAY_KEYS } from "../schema/window-schema.ts";
import type { FreezeInput, WindowInput, WindowTime } from "../schema/window-schema.ts";

/** The zone of windows that name none. */
export const DEFAULT_ZONE = "UTC";

/** Windows of a zone that is known. */
export const buildWindows = (windows: readonly WindowInput[], zone: string): readonly TimeWindow[] =>
  windows.map((window) => windowOf(window, zone));

function windowOf({ days = [...DAY_KEYS], from, until }: WindowInput, zone: string): TimeWindow {
  if (from.type === "date") {
    return { type: "dates", from: momentIn(zone, from), until: until?.type === "date" ? momentIn(zone, until) : null };
  }
  return {
    type: "weekly",
    days: days.map((day) => (DAY_KEYS.indexOf(day) + 1) as Weekday),
    from: from.minute,
    until: until?.type === "minute" ? until.minute : from.minute,
  };
}

const momentIn = (zone: string, { time, offsetMs }: Extract<WindowTime, { readonly type: "date" }>): number =>
  offsetMs === null ? momentOf(zone, time) : utc(time) - offsetMs;

const utc = ({ year, month, day, minute }: WrittenTime): number => Date.UTC(year, month - 1, day) + minute * 60_000;

/** The freezes that a project plans. */
export const buildFreezes = (freezes: Readonly<Record<string, FreezeInput>> = {}): readonly FreezeWindow[] =>
  Object.entries(freezes).map(([name, { reason, zone = DEFAULT_ZONE, windows, endpoints }]) => ({
    name,
    reason,
    zone,
    windows: buildWindows(windows, zone),
    endpoints: endpoints ?? null,
  }));
