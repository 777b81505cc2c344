import * as z from "zod";
import { linkLeaf } from "./alerts-schema.ts";
import { duration, leaf, number, Refusal, text } from "./leaf.ts";

const DAY_MS = 86_400_000;
const MOST_COMPONENTS = 100;
const MOST_MAINTENANCES = 100;
export const HISTORY_DAYS = 14;
export const REPORT_HOUR = 7;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A moment with its offset, as epoch milliseconds. */
const moment = () =>
  leaf<number>({
    json: { type: "string", pattern: INSTANT.source, $comment: "moment" },
    read: (input) => {
      const at = typeof input === "string" && INSTANT.test(input) ? Date.parse(input) : Number.NaN;
      return Number.isNaN(at)
        ? new Refusal("expected a moment", "write it like 2026-12-01T02:00:00Z; put it in quotes")
        : at;
    },
  });

/** When alerts open incidents. */
export const incidentsSchema = z
  .strictObject({
    open_on: z
      .enum(["critical", "warning", "never"])
      .optional()
      .meta({ preset: "critical", description: "The least severity of an alert that opens an incident; `never`: only people do." }),
    resolve_after: duration({ min: 60_000, max: 30 * DAY_MS })
      .optional()
      .meta({
        preset: "30m",
        description: "How long all alerts of an incident that nobody attended must be over before it is resolved by itself.",
      }),
  })
  .meta({ description: "When alerts open incidents." });

const names = (what: string) => z.array(text({ what, max: 63 })).min(1).max(200);

const componentSchema = z.strictObject({
  name: text({ what: "a name", max: 100 }).meta({ description: "What the public calls it." }),
  description: text({ what: "a description", max: 500 }).optional().meta({ description: "A line for the public." }),
  endpoints: names("the name of an endpoint").meta({ description: "Endpoints that it stands on; their names are not shown." }),
});

const maintenanceSchema = z.strictObject({
  name: text({ what: "a title", max: 200 }).meta({ description: "What is done." }),
  description: text({ what: "a description", max: 2_000 }).optional().meta({ description: "What users notice." }),
  from: moment().meta({ description: "When it begins, e.g. `2026-12-01T02:00:00Z`." }),
  until: moment().meta({ description: "When it is over." }),
  components: names("the name of a component").optional().meta({ description: "Components that it is about; all without it." }),
  impact: z
    .enum(["none", "minor", "major", "critical"])
    .optional()
    .meta({ preset: "minor", description: "How much users notice." }),
});

/** What the public is shown. */
export const statusPageSchema = z
  .strictObject({
    title: text({ what: "a title", max: 100 }).meta({ description: "Heading of the page." }),
    url: linkLeaf().optional().meta({ description: "Where the public finds the page, for links." }),
    history: number({ min: 1, max: 90, integer: true })
      .optional()
      .meta({ preset: `${HISTORY_DAYS}`, description: "Days for which incidents that are over are shown." }),
    components: z
      .record(z.string(), componentSchema)
      .refine((components) => Object.keys(components).length <= MOST_COMPONENTS)
      .meta({ description: "Parts of the service as the public knows them, by a name of your choice." }),
    maintenance: z
      .record(z.string(), maintenanceSchema)
      .refine((maintenances) => Object.keys(maintenances).length <= MOST_MAINTENANCES)
      .optional()
      .meta({ description: "Work that is announced, by a name of your choice." }),
  })
  .meta({ description: "A page for the public at `/status`, and as data at `/api/v2/summary.json`. Nothing is served without it." });

/** Who gets reports. */
export const reportSchema = z.strictObject({
  every: z.enum(["week", "month"]).meta({ description: "A report of the week (Monday to Sunday) or of the month, UTC." }),
  hour: number({ min: 0, max: 23, integer: true })
    .optional()
    .meta({ preset: `${REPORT_HOUR}`, description: "Hour of the day, UTC, from which on it is sent: on Monday, or on the first of the month." }),
  to: names("the name of a notifier").meta({ description: "Notifiers of the kind `email`." }),
});

export type IncidentsInput = z.output<typeof incidentsSchema>;
export type StatusPageInput = z.output<typeof statusPageSchema>;
export type ReportInput = z.output<typeof reportSchema>;
