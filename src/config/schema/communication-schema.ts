import * as z from "zod";
import { text } from "./leaf.ts";
import { baseUrlLeaf, envNameLeaf } from "./provider-leaf.ts";

const EVENTS = ["started", "advanced", "held", "approval_asked", "promoted", "rolled_back"] as const;

/** Keys of an endpoint about people and data. */
export const communicationShape = {
  notify: z
    .record(
      z.string(),
      z
        .strictObject({
          who: z
            .array(text({ what: "a name or an address", max: 300 }))
            .max(50)
            .optional()
            .meta({ preset: [], description: "People, channels, mailing lists: shown, and sent along." }),
          webhook: baseUrlLeaf().optional().meta({ description: "Sent a signed message for every event." }),
          secret_env: envNameLeaf()
            .optional()
            .meta({ description: "With `webhook`: environment variable with the secret that signs the message." }),
          allow_private: z
            .boolean()
            .optional()
            .meta({ preset: false, description: "Whether the address may be a private one." }),
          events: z.array(z.enum(EVENTS)).min(1).optional().meta({ preset: [...EVENTS], description: "What they hear of." }),
        })
        .meta({ title: "listener" }),
    )
    .optional()
    .meta({ description: "Who is told how rollouts of this endpoint go, by a name of your choice." }),
  changes: z
    .array(
      z
        .strictObject({
          what: text({ what: "a text", max: 300 }).meta({ description: "What changes: a tool, the knowledge, a memory schema." }),
          forward: text({ what: "a text", max: 2_000 }).meta({ description: "What is done when the release goes forward." }),
          back: text({ what: "a text", max: 2_000 })
            .optional()
            .meta({ description: "What is done on the way back." }),
          reversible: z.boolean().meta({
            description: "Whether the way back restores what was. Without it somebody must approve the promotion.",
          }),
        })
        .meta({ title: "change" }),
    )
    .max(50)
    .optional()
    .meta({
      description:
        "Changes of data that the next release brings along, with their way back. Notes for people, not part of the release's digest.",
    }),
};

const communicationSchema = z.strictObject(communicationShape);

/** People and data as read. */
export type CommunicationInput = z.output<typeof communicationSchema>;
