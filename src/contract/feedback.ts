import { z } from "zod";
import type { FeedbackItem } from "../domain/feedback/feedback.ts";
import { endpointName, idOf, instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** Most metrics in one request. */
export const MOST_METRICS = 100;

const MOST_SCORES = 20;

/** Kinds of feedback, as lists filter by them. */
export const FEEDBACK_KINDS = [
  "thumbs",
  "problem",
  "score",
  "correction",
  "metric",
] as const satisfies readonly FeedbackItem["kind"][];

const ownId = z
  .string()
  .min(1)
  .max(128)
  .describe("Names what was said: sent again under the same id it changes nothing");

const metricName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    "is no name of a metric: those have lower-case letters, digits, dashes and underscores, at most 63",
  );

/** What feedback is about: a call, or a session as its calls named it. */
const subject = {
  call: idOf("call").optional().describe("From the header `x-rollward-call` of the answer"),
  session: z.string().min(1).max(256).optional().describe("As the calls named it, when no single call is meant"),
  endpoint: endpointName.optional().describe("Of the session, where several endpoints have one of that name"),
};

const isOfOne = ({ call, session }: { call?: string | undefined; session?: string | undefined }): boolean =>
  (call === undefined) !== (session === undefined);
const ONE_SUBJECT = "must name either `call` or `session`";

/** What became of something that was said as evidence of a rollout. */
export const evidenceFate = z
  .enum([
    "counted",
    "handed_on",
    "late",
    "known",
    "not_sampled",
    "not_compared",
    "no_event",
    "other_judge",
    "no_rollout",
  ])
  .describe("`counted` and `handed_on` are evidence; docs/feedback.md says what the others mean");

const problem = z.strictObject({
  category: z.string().min(1).max(64).optional(),
  comment: z.string().min(1).max(4_000).optional(),
});

export const sendFeedback = defineRoute({
  method: "POST",
  path: "/v1/feedback",
  summary: "What a user, a reviewer or a judge says of a call or a session",
  access: "inference",
  body: z
    .strictObject({
      id: ownId.optional(),
      ...subject,
      thumbs: z.enum(["up", "down"]).optional(),
      problem: problem.optional(),
      scores: z
        .record(z.string().min(1).max(128), z.number().min(0).max(1))
        .refine((scores) => Object.keys(scores).length <= MOST_SCORES, `takes at most ${MOST_SCORES} scores`)
        .optional()
        .describe("By name, from 0 to 1"),
      judge: z
        .string()
        .min(1)
        .max(128)
        .optional()
        .describe("Who scored: a digest of the judge's model and prompt version, or a name for people"),
      correction: z.string().min(1).max(20_000).optional().describe("What the answer should have been"),
    })
    .refine(isOfOne, ONE_SUBJECT)
    .refine(
      ({ thumbs, problem: told, scores, correction }) =>
        thumbs !== undefined || told !== undefined || scores !== undefined || correction !== undefined,
      "must say something: `thumbs`, `problem`, `scores` or `correction`",
    ),
  answer: z.object({
    id: z.string(),
    duplicate: z.boolean().describe("It was known under its id; nothing was changed"),
    evidence: z.array(z.object({ said: z.string(), used: evidenceFate })),
    evicted: z.boolean().describe("A thumbs-down made Rollward forget the kept answer that served the call"),
  }),
});

const metric = z
  .strictObject({
    id: ownId,
    ...subject,
    name: metricName,
    value: z.union([z.boolean(), z.number()]).describe("Whether an event happened, or a value"),
  })
  .refine(isOfOne, ONE_SUBJECT);

export const sendMetrics = defineRoute({
  method: "POST",
  path: "/v1/metrics",
  summary: "Metrics of the application's own, of calls or sessions",
  access: "inference",
  body: z.strictObject({ metrics: z.array(metric).min(1).max(MOST_METRICS) }),
  answer: z.object({
    data: z
      .array(
        z.object({
          id: z.string(),
          result: z.enum(["recorded", "duplicate", "rejected"]),
          used: evidenceFate.nullable().describe("What became of it as evidence; null where it was rejected"),
          error: z.object({ code: z.string(), message: z.string() }).nullable(),
        }),
      )
      .describe("In the order in which they were sent"),
    recorded: z.number().int(),
    duplicates: z.number().int(),
    rejected: z.number().int(),
    evidence: z.number().int().describe("How many of them are evidence of a rollout"),
  }),
});

/** One thing that was said, as it is kept. */
export const feedbackView = z.object({
  position: z.number().int(),
  id: z.string(),
  at: instant,
  key: z.string(),
  call: z.string().nullable(),
  session: z.string().nullable(),
  endpoint: z.string().nullable(),
  environment: z.string(),
  release: z.string().nullable(),
  rollout: z.string().nullable(),
  arm: z.string().nullable(),
  kind: z.enum(FEEDBACK_KINDS),
  name: z.string().nullable().describe("Of a score or a metric; the category of a problem"),
  value: z.union([z.number(), z.boolean()]).nullable().describe("Of a thumb 1 for up and 0 for down"),
  judge: z.string().nullable(),
  text: z.string().nullable().describe("The comment on a problem, or a correction"),
});

export const listFeedback = defineRoute({
  method: "GET",
  path: "/api/feedback",
  perEnvironment: true,
  summary: "Feedback and metrics that were sent, newest first",
  query: z.strictObject({
    endpoint: endpointName.optional(),
    release: z.string().max(100).optional(),
    rollout: idOf("rol").optional(),
    call: idOf("call").optional(),
    session: z.string().max(256).optional(),
    kind: z.enum(FEEDBACK_KINDS).optional(),
    since: instant.optional(),
    before: z.coerce.number().int().min(1).optional().describe("only what stands before this position, for paging"),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answer: z.object({ data: z.array(feedbackView) }),
});
