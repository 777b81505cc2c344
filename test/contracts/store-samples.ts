import { randomBytes } from "node:crypto";
import type { CallBodies, CallFacts, CallRecord } from "../../src/domain/call/call-record.ts";
import { openingFacts } from "../../src/domain/rollout/open-rollout.ts";
import { appendFacts } from "../../src/domain/rollout/log.ts";
import type { Rollout, RolloutFact } from "../../src/domain/rollout/rollout.ts";
import type { Channel } from "../../src/domain/traffic/channel.ts";
import type { Release } from "../../src/domain/release/release.ts";
import { ulid } from "../../src/kit/ulid.ts";
import type { Stores } from "../../src/main/stores.ts";
import type { Decision } from "../../src/ports/rollout-store.ts";
import { PLAN, T0 } from "../fixtures/rollout-samples.ts";

export { T0 };

/** The stores under test. They are shared by all tests of a suite, so tests look only at names of their own. */
export type GetStores = () => Stores;

let names = 0;

/** A name that no other test uses. */
export const uniqueName = (word: string): string => `${word}-${(names += 1)}-${randomBytes(4).toString("hex")}`;

/** An id as the program makes them. */
export const newId = (prefix: string, at = T0): string => `${prefix}_${ulid(at, randomBytes(10))}`;

export function releaseOf(
  endpoint: string,
  digest: string,
  parameters: Release["content"]["parameters"] = {},
): Release {
  return {
    id: newId("rel"),
    endpoint,
    number: 0,
    digest,
    content: {
      format: "rollward.release/1",
      endpoint,
      prompt: {
        name: "support",
        messages: [{ role: "system", template: 'You help {{customer}}.\n\u0000\ud83d\ude00 "quoted" \\ $1' }],
        variables: { customer: { required: true, default: null, description: "Who asks" } },
      },
      models: [{ provider: "openai", model: "gpt-2026-01-01" }],
      parameters,
      tools: [],
      policies: {
        record: "exact",
        retainBodiesDays: 14,
        timeouts: { connectMs: 1, firstTokenMs: 2, idleMs: 3, totalMs: 4 },
      },
    },
    createdAt: T0,
    author: "Ada",
  };
}

const META = { at: T0, actor: { kind: "machine" }, reason: "Test: \u0000 and \ud83d\ude00." } as const;

/** A decision that opens a rollout of the endpoint; the rollout has not started. */
export function opening(endpoint: string, key: string | null = null): Decision {
  const channel = { endpoint, environment: "production" };
  const terms = {
    channel,
    plan: PLAN,
    stable: "rel_stable",
    candidate: "rel_candidate",
    seed: "5".repeat(64),
    waits: [],
  };
  const appended = appendFacts(null, openingFacts(terms), { ...META, rolloutId: newId("rol") });
  return { ...appended, channel: null, idempotencyKey: key };
}

/** What comes with a decision beside its facts. */
export interface DecisionExtras {
  readonly channel?: Channel | null;
  readonly key?: string | null;
}

/** A decision on top of a snapshot. */
export function deciding(rollout: Rollout, facts: readonly RolloutFact[], extras: DecisionExtras = {}): Decision {
  const appended = appendFacts(rollout, facts, { ...META, rolloutId: rollout.id });
  return { ...appended, channel: extras.channel ?? null, idempotencyKey: extras.key ?? null };
}

export const STARTED: RolloutFact = { type: "Started", stable: "rel_stable" };
export const CANCELLED: RolloutFact = { type: "Cancelled" };

const USAGE = { input: 212, cachedInput: 3, cacheWrite: 0, output: 180, reasoning: 7, estimated: false };

export function factsOf(overrides: Partial<CallFacts> = {}): CallFacts {
  const at = overrides.at ?? T0;
  return {
    id: newId("call", at),
    at,
    keyId: "key_01jd0000000000000000000000",
    dialect: "openai-chat",
    requestedModel: "support-bot",
    endpoint: "support-bot",
    environment: "production",
    session: { id: "s-1", source: "header" },
    epoch: 3,
    rolloutId: null,
    releaseId: "rel_1",
    release: "support-bot@7",
    arm: "stable",
    tier: "primary",
    provider: "openai",
    model: "gpt-2026-01-01",
    stream: true,
    status: 200,
    outcome: "ok",
    errorCode: null,
    finishReason: "stop",
    stages: [
      { stage: "authenticate", startMs: 0.01, endMs: 0.05 },
      { stage: "render", startMs: 0.06, endMs: 0.21 },
      { stage: "call", startMs: 0.22, endMs: 812.52 },
    ],
    attempts: [
      {
        provider: "openai",
        model: "gpt-2026-01-01",
        startMs: 0.25,
        firstByteMs: 310.4,
        endMs: 812.4,
        status: 200,
        error: null,
        usage: USAGE,
        costPico: 9_007_199_254_740_993n,
      },
    ],
    firstTokenMs: 310.6,
    totalMs: 812.9,
    usage: USAGE,
    costPico: 18_014_398_509_481_987n,
    priceVersion: "2026-11-01",
    overrides: ["temperature"],
    retainBodiesDays: 14,
    ...overrides,
  };
}

const NO_BODIES: CallBodies = { request: null, upstream: null, answer: null };

export const callOf = (facts: Partial<CallFacts> = {}, bodies: Partial<CallBodies> = {}): CallRecord => ({
  facts: factsOf(facts),
  bodies: { ...NO_BODIES, ...bodies },
});

/** Bodies as plain buffers, to compare them whatever they are slices of. */
export const plainBodies = (bodies: CallBodies | null) =>
  bodies === null
    ? null
    : {
        request: bodies.request && Buffer.from(bodies.request).toString("base64"),
        upstream: bodies.upstream && Buffer.from(bodies.upstream).toString("base64"),
        answer: bodies.answer && Buffer.from(bodies.answer).toString("base64"),
      };
