import * as z from "zod";
import type { WrittenTime } from "../../kit/zone-time.ts";
import { shown } from "../source/mistakes.ts";
import { Refusal, leaf, text } from "./leaf.ts";

/** A time as written: of any day, or of one. `offsetMs` is its distance from UTC where it says one. */
export type WindowTime =
  | { readonly type: "minute"; readonly minute: number }
  | { readonly type: "date"; readonly time: WrittenTime; readonly offsetMs: number | null };

const MINUTE = /^([01]\d|2[0-4]):([0-5]\d)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:T([01]\d|2[0-3]):([0-5]\d))?(Z|[+-]\d\d:\d\d)?$/;

const minuteOf = (hours = "0", minutes = "0"): number => Number(hours) * 60 + Number(minutes);

function offsetOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (text === "Z") return 0;
  const ms = minuteOf(text.slice(1, 3), text.slice(4, 6)) * 60_000;
  return text.startsWith("-") ? -ms : ms;
}

function readTime(input: unknown): WindowTime | null {
  if (typeof input !== "string") return null;
  const [, hours, minutes] = MINUTE.exec(input) ?? [];
  if (hours !== undefined) {
    const minute = minuteOf(hours, minutes);
    return minute <= 1_440 ? { type: "minute", minute } : null;
  }
  const [, year, month, day, hour, min, offset] = DATE.exec(input) ?? [];
  if (year === undefined) return null;
  const time = { year: Number(year), month: Number(month), day: Number(day), minute: minuteOf(hour, min) };
  const at = new Date(Date.UTC(time.year, time.month - 1, time.day));
  const isDay = at.getUTCMonth() + 1 === time.month && at.getUTCDate() === time.day;
  return isDay ? { type: "date", time, offsetMs: offsetOf(offset) } : null;
}

const timeLeaf = () =>
  leaf<WindowTime>({
    json: { type: "string", pattern: `${MINUTE.source}|${DATE.source}`, $comment: "time" },
    read: (input) =>
      readTime(input) ??
      new Refusal(
        `expected a time of day or a date, not ${shown(input)}`,
        'write a time of every day like "09:00", or one date like 2026-12-24 or 2026-12-24T18:00',
      ),
  });

/** The days of the week as YAML names them, Monday first. */
export const DAY_KEYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** One window of a schedule or a freeze. */
const windowSchema = z
  .strictObject({
    days: z
      .array(z.enum(DAY_KEYS))
      .min(1)
      .max(7)
      .optional()
      .meta({ description: "Days of the week on which it opens. Default: every day." }),
    from: timeLeaf().meta({ description: "When it opens: a time of day, or a date with or without a time." }),
    until: timeLeaf()
      .optional()
      .meta({
        description:
          "When it closes, of the same sort as `from`. A time of day that is not after `from` is that of the next day. Only a date may be left out: then it stays open.",
      }),
  })
  .meta({ title: "window" });

/** When something is open, and in which time zone that is written. */
export const windowsShape = {
  zone: text({ what: "a time zone", max: 64 })
    .optional()
    .meta({ preset: "UTC", description: "IANA name of the time zone of the windows, such as `Europe/Berlin`." }),
  windows: z.array(windowSchema).min(1).max(50).meta({ description: "Open while one of them is." }),
};

/** A window as read. */
export type WindowInput = z.output<typeof windowSchema>;

/** A freeze that the project plans. */
export const freezeSchema = z
  .strictObject({
    reason: text({ what: "a reason", max: 500 }).meta({ description: "Why; shown to who meets it." }),
    ...windowsShape,
    endpoints: z
      .array(text({ what: "an endpoint", max: 63 }))
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: "Only these endpoints. Default: all of the project." }),
  })
  .meta({
    description:
      "While it is on, no rollout starts, advances or is promoted. Holding, aborting and rolling back stay possible.",
  });

/** A freeze as read. */
export type FreezeInput = z.output<typeof freezeSchema>;
