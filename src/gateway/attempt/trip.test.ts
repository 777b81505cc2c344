import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import { RollwardError } from "../../domain/errors.ts";
import { HealthBoard } from "../../domain/health/target-health.ts";
import { DEFAULT_FAULT_POLICY } from "../../domain/release/fault-policy.ts";
import type { ConversingProvider } from "../../ports/provider.ts";
import type { Place } from "./find-place.ts";
import type { CallPlan, PlannedTarget } from "./plan-of.ts";
import { Ticket } from "./ticket.ts";
import { Trip } from "./trip.ts";

const PRICE = { input: 1n, cachedInput: 1n, cacheWrite: 1n, output: 1n, reasoning: 1n };
const TOTAL_MS = 600_000;

/** A provider that is only a name. */
const provider = (name: string): ConversingProvider => ({
  name,
  prices: new Map([["m", PRICE]]),
  speaks: null,
  converse() {
    throw new Error("Nobody asks it here.");
  },
  close: () => Promise.resolve(),
});

function target(board: HealthBoard, name: string, terms: { keys: number; deployments: number }): PlannedTarget {
  const deployments = Array.from({ length: terms.deployments }, (_, index) => {
    const place = { provider: `${name}${index}`, model: "m" };
    const health = board.of(place, { keys: terms.keys });
    return { target: place, provider: provider(place.provider), price: PRICE, weight: 1, health };
  });
  return { target: { provider: name, model: "m" }, deployments, balance: "weighted" };
}

function planWith(shapes: readonly { keys: number; deployments: number }[]): CallPlan {
  const board = new HealthBoard();
  const targets = shapes.map((shape, index) => target(board, `p${index}-`, shape));
  const all = targets.map((_, index) => index);
  const last = all.slice(-1);
  return {
    policy: DEFAULT_FAULT_POLICY,
    targets,
    chains: { outage: all, rateLimit: all, contextOverflow: last, contentPolicy: [], rejected: [] },
    examines: false,
    verifier: null,
  };
}

const CODES: readonly ErrorCode[] = [
  "provider_error",
  "provider_unreachable",
  "provider_timeout",
  "provider_cut",
  "provider_rate_limited",
  "provider_credentials",
  "provider_context_overflow",
  "provider_content_policy",
  "provider_refused_request",
  "untranslatable",
];

interface Asked {
  readonly place: Place;
  readonly code: ErrorCode;
}

interface Fault {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | null;
  readonly tookMs: number;
}

interface World {
  readonly plan: CallPlan;
  readonly clock: HandClock;
}

const OUTAGE: Fault = { code: "provider_error", retryAfterMs: null, tookMs: 0 };

/** Plays one call in which every attempt fails with the next of `faults`; returns who was asked. */
function play({ plan, clock }: World, faults: Iterator<Fault>): Asked[] {
  const gateway = { clock, random: () => 0.5 };
  const trip = new Trip({ gateway, plan, deadline: clock.elapsed() + TOTAL_MS, stream: true, onSkip: () => {} });
  const asked: Asked[] = [];
  for (;;) {
    const leg = trip.leg();
    if (leg.type === "over") return asked;
    if (leg.type === "wait") {
      clock.advance(leg.waitMs);
      continue;
    }
    const { code, retryAfterMs, tookMs } = faults.next().value ?? OUTAGE;
    clock.advance(tookMs);
    const ticket = new Ticket(gateway, leg.place, true);
    const error = new RollwardError(code, retryAfterMs === null ? {} : { retryAfterMs });
    ticket.failed(error);
    asked.push({ place: leg.place, code });
    trip.failed(error, leg.place, tookMs);
    if (asked.length > 500) throw new Error("The trip does not end.");
  }
}

const fault = fc.record({
  code: fc.constantFrom(...CODES),
  retryAfterMs: fc.option(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 }))),
  tookMs: fc.nat(2_000),
});
const shape = fc.record({ keys: fc.integer({ min: 1, max: 3 }), deployments: fc.integer({ min: 1, max: 3 }) });
const shapes = fc.array(shape, { minLength: 1, maxLength: 4 });

describe("the trip of a call", () => {
  test("always ends, after few attempts, whatever the providers do", () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fault), (given, faults) => {
        const asked = play({ plan: planWith(given), clock: new HandClock() }, faults);
        const places = given.reduce((sum, { keys, deployments }) => sum + keys * deployments + 1, 0);
        expect(asked.length).toBeLessThanOrEqual(2 * places + 1);
      }),
    );
  });

  test("a deployment that was late is not asked again in the same call", () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fault), (given, faults) => {
        const asked = play({ plan: planWith(given), clock: new HandClock() }, faults);
        for (const [index, { place, code }] of asked.entries()) {
          if (code !== "provider_timeout") continue;
          const later = asked.slice(index + 1).map((one) => one.place.deployment);
          expect(later).not.toContain(place.deployment);
        }
      }),
    );
  });

  test("a refusal of the content ends it, and a request that is too long goes to its own chain only", () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fault), (given, faults) => {
        const asked = play({ plan: planWith(given), clock: new HandClock() }, faults);
        for (const [index, { code, place }] of asked.entries()) {
          const next = asked[index + 1];
          if (code === "provider_content_policy") expect(next).toBeUndefined();
          if (code === "provider_refused_request" && place.target === 0) expect(next).toBeUndefined();
          if (code === "provider_context_overflow" && next !== undefined)
            expect(next.place.target).toBe(given.length - 1);
        }
      }),
    );
  });

  test("no key is asked before the wait that its provider asked for is over", () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fault), (given, faults) => {
        const clock = new HandClock();
        const plan = planWith(given);
        const until = new Map<string, number>();
        const gateway = { clock, random: () => 0 };
        const trip = new Trip({ gateway, plan, deadline: TOTAL_MS, stream: true, onSkip: () => {} });
        for (let leg = trip.leg(); leg.type !== "over"; leg = trip.leg()) {
          if (leg.type === "wait") {
            clock.advance(leg.waitMs);
            continue;
          }
          const { deployment, key } = leg.place;
          const name = `${deployment.target.provider} ${key}`;
          expect(clock.elapsed()).toBeGreaterThanOrEqual(until.get(name) ?? 0);
          const { retryAfterMs } = faults.next().value ?? { retryAfterMs: null };
          const error = new RollwardError("provider_rate_limited", { retryAfterMs: retryAfterMs ?? 1_000 });
          until.set(name, clock.elapsed() + (retryAfterMs ?? 1_000));
          new Ticket(gateway, leg.place, true).failed(error);
          trip.failed(error, leg.place, 0);
        }
      }),
    );
  });

  test("a call that finds every key resting waits for the first, unless another target can answer now", () => {
    const clock = new HandClock();
    const gateway = { clock, random: () => 0 };
    const legOf = (plan: CallPlan) =>
      new Trip({ gateway, plan, deadline: TOTAL_MS, stream: true, onSkip: () => {} }).leg();
    const alone = planWith([{ keys: 1, deployments: 1 }]);
    const pair = planWith([
      { keys: 1, deployments: 1 },
      { keys: 1, deployments: 1 },
    ]);
    for (const { targets } of [alone, pair])
      targets[0]?.deployments[0]?.health.keys.limited(0, 0, { askedMs: 3_000, random: 0 });
    expect(legOf(alone)).toEqual({ type: "wait", waitMs: 3_010, isInLine: false });
    expect(legOf(pair)).toMatchObject({ type: "ask", place: { target: 1 } });
  });

  test("keys that are ready again at once are not asked in turn for ever", () => {
    const limited: Fault = { code: "provider_rate_limited", retryAfterMs: 0, tookMs: 200 };
    const plan = planWith([{ keys: 2, deployments: 1 }]);
    const asked = play({ plan, clock: new HandClock() }, Array.from({ length: 1_000 }, () => limited).values());
    expect(asked).toHaveLength(3);
  });

  test("when everybody else failed, a target whose breaker is open gets the last word", () => {
    const plan = planWith([
      { keys: 1, deployments: 1 },
      { keys: 1, deployments: 1 },
    ]);
    const clock = new HandClock();
    const outage = () => Array.from({ length: 4 }, () => OUTAGE).values();
    expect(play({ plan, clock }, outage()).map(({ place }) => place.target)).toEqual([0, 0, 1, 1]);
    expect(play({ plan, clock }, outage()).map(({ place }) => place.target)).toEqual([0]);
  });

  test("health counts nobody as under way once a call is over", () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fault), (given, faults) => {
        const plan = planWith(given);
        play({ plan, clock: new HandClock() }, faults);
        const counts = plan.targets.flatMap(({ deployments }) => deployments.map(({ health }) => health.inFlight));
        expect(counts.every((count) => count === 0)).toBe(true);
      }),
    );
  });
});

describe("a fallback that cannot take the request", () => {
  const one = { keys: 1, deployments: 1 };

  /** Plays a call whose attempts fail with these codes; returns the targets asked and what the client is told. */
  function trail(plan: CallPlan, codes: readonly ErrorCode[]): { targets: number[]; told: ErrorCode } {
    const clock = new HandClock();
    const gateway = { clock, random: () => 0.5 };
    const trip = new Trip({ gateway, plan, deadline: TOTAL_MS, stream: true, onSkip: () => {} });
    const targets: number[] = [];
    for (const code of codes) {
      const leg = trip.leg();
      if (leg.type !== "ask") break;
      targets.push(leg.place.target);
      trip.failed(new RollwardError(code, { status: 400 }), leg.place, 0);
    }
    expect(trip.leg().type).toBe("over");
    return { targets, told: trip.error.code };
  }

  test.each(["untranslatable", "provider_refused_request"] as const)("is passed over (%s)", (code) => {
    const faults = ["provider_timeout", code, code, code] as const;
    expect(trail(planWith([one, one, one]), faults)).toEqual({ targets: [0, 1, 2], told: "provider_timeout" });
  });

  test.each(["untranslatable", "provider_refused_request"] as const)("ends the call as its first (%s)", (code) => {
    expect(trail(planWith([one, one]), [code, code])).toEqual({ targets: [0], told: code });
  });

  test("says nothing of an outage after it", () => {
    const faults = ["provider_timeout", "untranslatable", "provider_credentials"] as const;
    expect(trail(planWith([one, one, one]), faults)).toEqual({ targets: [0, 1, 2], told: "provider_credentials" });
  });

  test("sends nobody to a model that the release does not name for what went wrong", () => {
    const plan = planWith([one, one, one]);
    const chains = { ...plan.chains, contentPolicy: [1] };
    const faults = ["provider_content_policy", "untranslatable", "provider_error"] as const;
    expect(trail({ ...plan, chains }, faults)).toEqual({ targets: [0, 1], told: "provider_content_policy" });
  });

  test("is passed over no other way before anything is sent", () => {
    const plan = planWith([one, one, one]);
    const gateway = { clock: new HandClock(), random: () => 0.5 };
    const policed = { ...plan, chains: { ...plan.chains, contentPolicy: [1] } };
    const trip = new Trip({ gateway, plan: policed, deadline: TOTAL_MS, stream: true, onSkip: () => {} });
    const leg = trip.leg();
    if (leg.type !== "ask") throw new Error("The first target can be asked.");
    trip.failed(new RollwardError("provider_content_policy"), leg.place, 0);
    trip.unfit(new RollwardError("untranslatable"));
    expect([trip.leg().type, trip.error.code]).toEqual(["over", "provider_content_policy"]);
  });
});

test("a hedge that the budget forbids leaves the probe of an open breaker to who needs it", () => {
  const retries = { ...DEFAULT_FAULT_POLICY.retries, budget: 0 };
  const one = { keys: 1, deployments: 1 };
  const plan: CallPlan = { ...planWith([one, one]), policy: { ...DEFAULT_FAULT_POLICY, retries } };
  const circuit = plan.targets[1]?.deployments[0]?.health.circuit;
  circuit?.failed(0, "pass", 0);
  circuit?.failed(0, "pass", 0);
  const clock = new HandClock();
  clock.advance(20_000);
  const gateway = { clock, random: () => 0.5 };
  const trip = new Trip({ gateway, plan, deadline: TOTAL_MS, stream: true, onSkip: () => {} });
  const leg = trip.leg();
  if (leg.type !== "ask") throw new Error("The first target can be asked.");
  expect(trip.second(leg.place)).toBeNull();
  expect(circuit?.wouldAdmit(clock.elapsed(), false)).toBe(true);
});

test("everything that a call may ask is wanted from then on, asked or not", () => {
  const plan = planWith([
    { keys: 1, deployments: 2 },
    { keys: 1, deployments: 1 },
  ]);
  const clock = new HandClock();
  clock.advance(5_000);
  new Trip({ gateway: { clock, random: () => 0.5 }, plan, deadline: TOTAL_MS, stream: true, onSkip: () => {} }).leg();
  const wanted = plan.targets.flatMap(({ deployments }) => deployments.map(({ health }) => health.wantedAt));
  expect(wanted).toEqual([clock.elapsed(), clock.elapsed(), clock.elapsed()]);
});
