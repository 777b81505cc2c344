import { expect, test } from "vitest";
import type { AttemptRecord } from "../../domain/call/call-record.ts";
import type { LimitClaim, LimitRule } from "../../domain/limits/limit-rule.ts";
import type { LimitPass } from "../../ports/limiter.ts";
import type { Place } from "../attempt/find-place.ts";
import type { Deployment } from "../attempt/plan-of.ts";
import { ModelRoom } from "./model-room.ts";

const rule = (name: string): LimitRule => ({
  name,
  per: "model",
  only: {},
  requests: null,
  tokens: null,
  concurrent: 1,
});

const EACH = rule("each");
const POOL: LimitClaim = { rule: rule("pool"), subject: "pool/m" };
const at = (provider: string) => ({ target: { provider, model: "m" } }) as Deployment;
const claimsAt = ({ target }: Deployment): readonly LimitClaim[] => [
  { rule: EACH, subject: `${target.provider}/m` },
  { ...POOL },
];
const attempt = (provider: string, input: number): AttemptRecord => {
  const usage = { input, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
  return { provider, model: "m", usage } as AttemptRecord;
};

/** What was settled, as `limit subject tokens`. */
const settled: string[] = [];

function passOf(claims: readonly LimitClaim[]): LimitPass {
  let open = claims;
  const settle: LimitPass["settle"] = (tokens, only = claims) => {
    for (const one of open.filter((claim) => only.includes(claim)))
      settled.push(`${one.rule.name} ${one.subject} ${tokens}`);
    open = open.filter((claim) => !only.includes(claim));
  };
  return { states: [], settle };
}

function fill(room: ModelRoom, claims: readonly LimitClaim[]): void {
  const lacking = room.lacks(claims);
  room.add(lacking, passOf(lacking));
}

const roomAt = (attempts: readonly AttemptRecord[], deployment: Deployment): ModelRoom => {
  settled.length = 0;
  const room = new ModelRoom(attempts, { target: 0, deployment } as Place);
  fill(room, claimsAt(deployment));
  return room;
};

test("goes to another member with what is about both, and settles the rest with what was used there", () => {
  const attempts: AttemptRecord[] = [];
  const [first, second] = [at("one"), at("two")];
  const room = roomAt(attempts, first);
  attempts.push(attempt("one", 3));
  room.moveTo(second, claimsAt(second));
  expect(settled).toEqual(["each one/m 3"]);
  expect(room.lacks(claimsAt(second))).toEqual([{ rule: EACH, subject: "two/m" }]);
  fill(room, claimsAt(second));
  attempts.push(attempt("two", 4), attempt("two", 5), attempt("three", 100));
  room.leave();
  room.leave();
  expect(settled.slice(1)).toEqual(["pool pool/m 12", "each two/m 9"]);
});

test("counts its own attempts where an answer of another model is upheld, whose record then comes last", () => {
  const attempts = [attempt("before", 1)];
  const room = roomAt(attempts, at("one"));
  attempts.push(attempt("one", 3));
  attempts.splice(0, 1);
  attempts.push(attempt("before", 1));
  room.leave();
  expect(settled).toEqual(["each one/m 3", "pool pool/m 3"]);
});
