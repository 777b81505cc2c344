import { z } from "zod";
import { endpointName, idOf, instant, limit, reason } from "./fields.ts";
import { defineRoute } from "./route.ts";
import { rolloutView } from "./rollouts.ts";

const gateName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "is no name of a gate");

const rolloutId = z.strictObject({ rollout: idOf("rol") });

/** Something that waits for people. */
const approvalView = z.object({
  rollout: z.string(),
  endpoint: z.string(),
  environment: z.string(),
  stable: z.string(),
  candidate: z.string(),
  gate: z.string().nullable().describe("null is a step of the plan with `approval: true`"),
  at: z.string().describe("before_start, before_step, before_promotion or after_switch"),
  roles: z.array(z.string()).describe("an approver's key has one of them; none is any admin key"),
  count: z.number().int(),
  given: z.array(z.object({ by: z.string(), reason: z.string(), at: instant })),
  since: instant.nullable(),
  expires_at: instant.nullable(),
  objection: z.string().nullable().describe("why an approval by the key that asks would not count"),
  explanation: z.string(),
});

export const listApprovals = defineRoute({
  method: "GET",
  path: "/api/approvals",
  perEnvironment: true,
  access: "approver",
  summary: "What waits for an approval now",
  query: z.strictObject({ endpoint: endpointName.optional(), limit }),
  answer: z.object({ data: z.array(approvalView) }),
});

export const decideApproval = defineRoute({
  method: "POST",
  path: "/api/rollouts/{rollout}/approval",
  perEnvironment: true,
  access: "approver",
  summary: "Approves or denies what a rollout waits for",
  params: rolloutId,
  body: z.strictObject({ decision: z.enum(["approve", "deny"]), reason }),
  answer: rolloutView,
});

export const tellGate = defineRoute({
  method: "POST",
  path: "/api/rollouts/{rollout}/gates/{gate}",
  perEnvironment: true,
  summary: "Asks a gate again, or decides it by a person's word",
  params: z.strictObject({ rollout: idOf("rol"), gate: gateName }),
  body: z.strictObject({ verdict: z.enum(["pass", "fail", "retry"]), reason }),
  answer: rolloutView,
});

/** What a gate ran. */
const gateRunView = z.object({
  gate: z.string(),
  step: z.number().int(),
  attempt: z.number().int(),
  starts: z.number().int(),
  began_at: instant,
  ended_at: instant.nullable(),
  standing: z.string().nullable(),
  detail: z.string().nullable(),
  url: z.string().nullable(),
  output: z.string().nullable().describe("what it wrote; of much, the end"),
});

export const listGateRuns = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/gates",
  perEnvironment: true,
  summary: "What the gates of a rollout ran, oldest first, with what that wrote",
  params: rolloutId,
  answer: z.object({ data: z.array(gateRunView) }),
});

/** What somebody was told. */
const noticeView = z.object({
  id: z.string(),
  name: z.string(),
  event: z.string(),
  tries: z.number().int(),
  sent_at: instant.nullable(),
  given_up_at: instant.nullable(),
  next_try_at: instant.nullable(),
  trouble: z.string().nullable(),
  body: z.unknown(),
});

export const listNotices = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/notices",
  perEnvironment: true,
  summary: "Who was told what of a rollout, and what did not arrive, newest first",
  params: rolloutId,
  query: z.strictObject({ limit }),
  answer: z.object({ data: z.array(noticeView) }),
});
