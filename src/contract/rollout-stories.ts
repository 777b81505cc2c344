import { z } from "zod";
import { idOf, instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

const params = z.strictObject({ rollout: idOf("rol") });

/** Why a rollout stopped, went on or came back. */
export const rolloutStory = z.object({
  rollout: z.string(),
  paragraph: z.string().describe("the answer, what it rests on, and what would change it"),
  metrics: z.array(z.string()).describe("a sentence per metric: effect, interval, sessions, margins, thresholds"),
  changes: z.array(z.string()).describe("what would change the answer"),
  told: z.array(z.string()).describe("who is told how it goes, as the endpoint names them"),
  history: z.array(
    z.object({
      seq: z.number().int(),
      at: instant,
      by: z.string().nullable().describe("a person's name; null is the machine"),
      line: z.string(),
    }),
  ),
});

export const explainRollout = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/story",
  perEnvironment: true,
  summary: "Why a rollout stopped, went on or came back, with a line for everything that happened",
  params,
  answer: rolloutStory,
});

/** A rollout's decisions, computed again. */
export const rolloutReplay = z.object({
  rollout: z.string(),
  log: z.object({ intact: z.boolean(), flaw: z.string().nullable() }),
  engine: z.string().describe("program and machine that computed this"),
  decisions: z.array(
    z.object({
      seq: z.number().int(),
      at: instant,
      facts: z.array(z.string()),
      result: z.enum(["same", "differs", "unknown"]).describe("same to the last bit"),
      detail: z.string().nullable(),
      engine: z.string().nullable().describe("who decided; null where it was not kept"),
    }),
  ),
});

export const replayRollout = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/replay",
  perEnvironment: true,
  summary: "Computes every decision of a rollout again, from the evidence journal and the kept pairs of copies",
  params,
  answer: rolloutReplay,
});

const counts = z.object({ stable: z.number().int(), candidate: z.number().int() });

/** The signature of an exported rollout. */
export const signature = z.object({
  algorithm: z.literal("Ed25519"),
  key_id: z.string().describe("first 16 bytes of the SHA-256 of the public key, in hex"),
  public_key: z.string().describe("SPKI in base64"),
  value: z.string().describe("of the canonical JSON (RFC 8785) of the document without its signature, in base64"),
});

/** One link of the log in an exported rollout, as it is sealed. */
export const exportedEvent = z.looseObject({ seq: z.number().int(), prevHash: z.string(), hash: z.string() });

/** A rollout as a document that proves itself: plan, log, verdicts and counts of the evidence, signed. */
export const rolloutExport = z.object({
  format: z.literal("rollward.rollout-export/1"),
  exported_at: instant,
  engine: z.string(),
  rollout: z.object({
    id: z.string(),
    endpoint: z.string(),
    environment: z.string(),
    strategy: z.string(),
    state: z.string(),
    outcome: z.string().nullable(),
    stable: z.object({ id: z.string(), name: z.string(), digest: z.string() }),
    candidate: z.object({ id: z.string(), name: z.string(), digest: z.string() }),
  }),
  plan: z.unknown(),
  plan_digest: z.string(),
  events: z.array(exportedEvent),
  verdicts: z.array(
    z.object({
      seq: z.number().int(),
      at: instant,
      facts: z.array(z.string()),
      replay: z.enum(["same", "differs", "unknown"]).describe("computed again when it was exported"),
      replay_detail: z.string().nullable(),
      log_r: z.number(),
      threshold: z.number(),
      sessions: counts,
      metrics: z.array(
        z.object({ metric: z.string(), verdict: z.string(), log_harm: z.number(), log_no_worse: z.number() }),
      ),
    }),
  ),
  evidence: z.object({
    epochs: z.array(
      z.object({ epoch: z.number().int(), weight: z.number(), assigned: counts, final: counts, failed: counts }),
    ),
    journals: z.array(z.object({ replica: z.string(), entries: z.number().int() })),
  }),
  story: z.object({ paragraph: z.string(), metrics: z.array(z.string()), changes: z.array(z.string()) }),
  signature,
});

export const exportRollout = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/export",
  perEnvironment: true,
  summary: "A rollout with plan, log, verdicts and counts of its evidence, signed by the server",
  params,
  answer: rolloutExport,
});

export const showSigningKey = defineRoute({
  method: "GET",
  path: "/api/signing-key",
  summary: "The public key that exports are signed with",
  answer: signature.omit({ value: true }),
});
