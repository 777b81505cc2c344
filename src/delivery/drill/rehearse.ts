import { hmacUnit } from "../../kit/hash.ts";
import { drawTurn } from "../../domain/drill/drill-traffic.ts";
import type { DrillTraffic } from "../../domain/drill/drill-traffic.ts";
import type { DrillHarm } from "../../domain/drill/drill-harm.ts";
import type { RehearsalEnd } from "../../domain/drill/drill-report.ts";
import type { ReleaseContent } from "../../domain/release/release.ts";
import type { RolloutPlan } from "../../domain/rollout/plan.ts";
import { isTerminal } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { drawArm } from "../../domain/traffic/draw.ts";
import { author } from "../author.ts";
import type { Delivery } from "../delivery.ts";
import { reconcile } from "../reconcile.ts";

/** A house in which nothing is real but the rules: stores in memory, and time that moves when told. */
export interface RehearsalWorld {
  readonly delivery: Delivery;
  /** Moves time on by `ms`; what is due on the way happens. */
  advance(ms: number): void;
}

/** What is rehearsed. */
export interface RehearsalTerms {
  readonly content: ReleaseContent;
  readonly environment: string;
  readonly plan: RolloutPlan;
  readonly traffic: DrillTraffic;
  /** `null`: the candidate is like stable, so that nothing should be found. */
  readonly harm: DrillHarm | null;
  /** Decides everything that is drawn; 64 hex digits. */
  readonly seed: string;
  /** The rehearsal ends undecided after this many sessions. */
  readonly mostSessions: number;
}

const ACTOR = { kind: "machine" } as const;
const HOUR_MS = 3_600_000;
/** A server looks four times a second; once in a second of rehearsed time changes no decision by more than that. */
const LOOK_MS = 1_000;

/** Rolls a harmed copy of a release out in a world of its own and tells what the plan made of it. Deterministic. */
export async function rehearse(world: RehearsalWorld, terms: RehearsalTerms): Promise<RehearsalEnd> {
  const rolloutId = await open(world.delivery, terms);
  const run = new Run(world, terms, rolloutId);
  for (let session = 1; session <= terms.mostSessions; session += 1) {
    await run.next(session);
    const end = run.end();
    if (end !== null) return end;
  }
  return run.undecided();
}

/** A first release, and the same with a mark in its parameters, so that it is another. */
async function open(delivery: Delivery, { content, environment, plan }: RehearsalTerms): Promise<string> {
  const authored = { environment, plan, actor: ACTOR, author: "a drill" };
  await author(delivery, { ...authored, content });
  const harmed = { ...content, parameters: { ...content.parameters, metadata: { drill: "harmed" } } };
  const { rolloutId } = await author(delivery, { ...authored, content: harmed });
  if (rolloutId === null) throw new Error("The drill's rollout was not opened.");
  while (await reconcile(delivery, rolloutId, 0));
  return rolloutId;
}

/** One rehearsal under way. */
class Run {
  readonly #world: RehearsalWorld;
  readonly #terms: RehearsalTerms;
  readonly #rolloutId: string;
  readonly #startedAt: number;
  #rollout: Rollout | null = null;
  #sessions = 0;
  #candidateSessions = 0;
  #unwatchedMs = 0;
  #isWoken = false;

  constructor(world: RehearsalWorld, terms: RehearsalTerms, rolloutId: string) {
    this.#world = world;
    this.#terms = terms;
    this.#rolloutId = rolloutId;
    this.#startedAt = world.delivery.clock.elapsed();
    world.delivery.observatory.onCrossing(() => (this.#isWoken = true));
  }

  /** Lets the next session come. */
  async next(session: number): Promise<void> {
    const { seed, traffic } = this.#terms;
    const gapMs = (-Math.log(1 - hmacUnit(seed, `gap\n${session}`)) * HOUR_MS) / traffic.perHour;
    await this.#wait(gapMs);
    if (this.#rollout === null || !isTerminal(this.#rollout.phase)) this.#begin(session);
  }

  /** How it ended; `null` while it goes on. */
  end(): RehearsalEnd | null {
    const rollout = this.#rollout;
    if (rollout === null) return null;
    if (rollout.harm !== null) {
      const isBack = rollout.phase === "rolling_back" || rollout.phase === "rolled_back";
      if (isBack) return this.#ended("rolled_back", rollout);
      if (rollout.holds.includes("harm")) return this.#ended("held", rollout);
    }
    if (rollout.pointerMoved || rollout.phase === "completed") return this.#ended("promoted", rollout);
    return isTerminal(rollout.phase) ? this.#ended("other", rollout) : null;
  }

  undecided(): RehearsalEnd {
    return this.#ended("undecided", this.#rollout);
  }

  #ended(end: RehearsalEnd["end"], rollout: Rollout | null): RehearsalEnd {
    return {
      end,
      metric: rollout?.harm?.metric ?? null,
      afterMs: this.#world.delivery.clock.elapsed() - this.#startedAt,
      sessions: this.#sessions,
      candidateSessions: this.#candidateSessions,
    };
  }

  /** Time passes; the rollout is looked at as often as a server would, as far as it makes a difference. */
  async #wait(ms: number): Promise<void> {
    this.#world.advance(ms);
    this.#unwatchedMs += ms;
    this.#world.delivery.observatory.expire();
    if (this.#unwatchedMs < LOOK_MS && !this.#isWoken) return;
    let watched = this.#unwatchedMs;
    this.#unwatchedMs = 0;
    this.#isWoken = false;
    while (await reconcile(this.#world.delivery, this.#rolloutId, watched)) watched = 0;
    this.#rollout = await this.#world.delivery.rollouts.byId(this.#rolloutId);
  }

  #begin(number: number): void {
    const { delivery } = this.#world;
    const { content, environment, traffic, harm, seed } = this.#terms;
    const { endpoint } = content;
    const route = delivery.routes.byChannel({ endpoint, environment });
    const split = route?.split;
    this.#sessions += 1;
    if (route === undefined || split === null || split === undefined || !split.collecting) return;
    const session = `drill/${number}`;
    const arm = drawArm(split, endpoint, session);
    if (arm === "candidate") this.#candidateSessions += 1;
    const { rolloutId, weight } = split;
    delivery.observatory.assigned({ rolloutId, session, arm, epoch: route.epoch, weight });
    const draws = { drawn: hmacUnit(seed, `like\n${number}`), hit: hmacUnit(seed, `hit\n${number}`) };
    const turn = drawTurn(traffic, arm === "candidate" ? harm : null, draws);
    delivery.clock.after(turn.latencyMs ?? 0, () => delivery.observatory.turnEnded({ rolloutId, session, ...turn }));
  }
}
