import { RollwardError } from "../../domain/errors.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { GateSights } from "../../domain/rollout/gates/gate-sights.ts";
import { waitingGates } from "../../domain/rollout/gates/gates-at.ts";
import type { GateHere } from "../../domain/rollout/gates/gates-at.ts";
import type { GatePlan } from "../../domain/rollout/gates/gate-plan.ts";
import type { GateRunResult, GateState } from "../../domain/rollout/gates/gate-state.ts";
import { isTerminal } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { Clock } from "../../ports/clock.ts";
import { RUN_OVER } from "../../ports/gate-runner.ts";
import type { GatedRelease, GateQuestion, GateRunner, GateRunners, RunEnd, RunKind } from "../../ports/gate-runner.ts";
import type { GateRunKey, GateRunStore } from "../../ports/gate-run-store.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";
import type { Troubles } from "../troubles.ts";
import { lookAtDependencies } from "./look-at-dependencies.ts";

/** A replica that runs a gate says so for this long at a time, ms; when it is gone another takes the run over. */
const HOLD_MS = 15_000;
/** How often it says so, ms. */
const EXTEND_MS = 5_000;
/** Starts of one attempt: whoever ran it may die, but a gate that kills its server must not go on doing so. */
const MOST_STARTS = 3;

/** What the gatekeeper is plugged into. */
export interface GatekeeperTerms {
  readonly rollouts: RolloutStore;
  readonly releases: ReleaseStore;
  readonly runs: GateRunStore;
  readonly runners: GateRunners;
  readonly clock: Clock;
  readonly replicaId: string;
  readonly troubles: Troubles;
}

type Waiting = GateHere & { readonly state: GateState };

interface Running {
  readonly rolloutId: string;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

const keyOf = (rolloutId: string, { gate, step, attempt }: GateState): GateRunKey => ({
  rolloutId,
  gate,
  step,
  attempt,
});
const nameOf = ({ rolloutId, gate, step, attempt }: GateRunKey): string => `${rolloutId} ${gate} ${step} ${attempt}`;

/**
 * Sees to the gates of rollouts: begins what must run, once across replicas, and says what became of it and of what
 * gates depend on. Runs survive a restart: whoever takes the lead next takes them over.
 */
export class Gatekeeper {
  readonly #terms: GatekeeperTerms;
  readonly #running = new Map<string, Running>();
  #isStopped = false;

  constructor(terms: GatekeeperTerms) {
    this.#terms = terms;
  }

  /** What a look at a rollout has to know of its gates at `now` (epoch ms); `null` where its plan has none. To be called by the one that decides. */
  async look(rollout: Rollout, now: number): Promise<GateSights | null> {
    const { plan } = rollout;
    if (plan.gates === undefined || plan.gates.length === 0) return null;
    const { runs } = this.#terms;
    const waiting = waitingGates(rollout).filter(({ gate }) => isRun(gate));
    const known = waiting.length === 0 ? [] : await runs.of(rollout.id);
    const results = known.flatMap(({ gate, step, attempt, standing, detail, url }): readonly GateRunResult[] =>
      standing === null ? [] : [{ gate, step, attempt, standing, detail: detail ?? "", url }],
    );
    for (const one of waiting) {
      const isEnded = results.some(({ gate, step, attempt }) => isSame(one.state, { gate, step, attempt }));
      if (!isEnded) this.#begin(rollout, one);
    }
    return { now, results, dependencies: await lookAtDependencies(this.#terms, rollout) };
  }

  /** Stops what runs for a rollout that has ended. */
  forget(rolloutId: string): void {
    for (const running of this.#running.values()) if (running.rolloutId === rolloutId) running.stop.abort(RUN_OVER);
  }

  /** Stops everything because the process stops; the runs are free for others at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const all = [...this.#running.values()];
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(({ done }) => done));
  }

  #begin(rollout: Rollout, waiting: Waiting): void {
    const key = keyOf(rollout.id, waiting.state);
    if (this.#isStopped || this.#running.has(nameOf(key))) return;
    const stop = new AbortController();
    const done = this.#run({ rollout, waiting, key, stop }).finally(() => this.#running.delete(nameOf(key)));
    this.#running.set(nameOf(key), { rolloutId: rollout.id, stop, done });
  }

  /** Never rejects: a store that is away is announced, and the next look begins again. */
  async #run(job: Job): Promise<void> {
    const { runs, clock, replicaId, troubles } = this.#terms;
    const what = `running the gate ${job.key.gate} of the rollout ${job.key.rolloutId}`;
    try {
      const now = clock.now();
      const run = await runs.claim(job.key, { holder: replicaId, now, holdMs: HOLD_MS });
      if (run === null) return;
      const end = await this.#runHeld(job, run.starts);
      if (end === null) await runs.extend(job.key, { holder: replicaId, now: clock.now(), holdMs: 0 });
      else await runs.end(job.key, replicaId, { ...end, at: clock.now() });
      troubles.worked(what);
    } catch (error) {
      troubles.failed(what, error);
    }
  }

  /** Runs while it is held; `null` when it was stopped and nobody may know how it would have ended. */
  async #runHeld(job: Job, starts: number): Promise<RunEnd | null> {
    const { waiting, stop, rollout } = job;
    const { gate, state } = waiting;
    if (starts > MOST_STARTS) {
      return failed(`it was begun ${MOST_STARTS} times, and each time its server was gone before it ended`);
    }
    const question = await this.#question(rollout, state, starts);
    const keep = this.#keepHolding(job);
    const late = this.#stopWhenLate(job);
    try {
      const runner = this.#terms.runners[gate.kind as RunKind] as GateRunner<RunKind>;
      const end = await runner.run(gate as Extract<GatePlan, { kind: RunKind }>, question, stop.signal);
      if (late.isLate()) return { ...end, standing: "expired", detail: `it did not end in time: ${end.detail}` };
      return stop.signal.aborted ? null : end;
    } finally {
      keep();
      late.cancel();
    }
  }

  #stopWhenLate({ waiting: { gate, state }, stop }: Job): {
    readonly isLate: () => boolean;
    readonly cancel: () => void;
  } {
    const { clock } = this.#terms;
    let isLate = false;
    if (gate.timeoutMs === null) return { isLate: () => false, cancel: () => {} };
    const cancel = clock.after(Math.max(0, state.since + gate.timeoutMs - clock.now()), () => {
      isLate = !stop.signal.aborted;
      stop.abort(RUN_OVER);
    });
    return { isLate: () => isLate, cancel };
  }

  /** Says regularly that this replica still runs it, and stops when nobody waits for it any more. */
  #keepHolding(job: Job): () => void {
    const { clock, runs, replicaId, rollouts } = this.#terms;
    let isOver = false;
    let cancel = (): void => {};
    const extend = async (): Promise<void> => {
      try {
        const isHeld = await runs.extend(job.key, { holder: replicaId, now: clock.now(), holdMs: HOLD_MS });
        const rollout = isHeld ? await rollouts.byId(job.key.rolloutId) : null;
        if (rollout === null) job.stop.abort();
        else if (!isWaitedFor(rollout, job.waiting.state)) job.stop.abort(RUN_OVER);
      } catch {
        // The store is away: the run goes on, and whoever decides later sees its result or runs it again.
      }
      if (!isOver) arm();
    };
    const arm = (): void => {
      cancel = clock.after(EXTEND_MS, () => void extend());
    };
    arm();
    return () => {
      isOver = true;
      cancel();
    };
  }

  async #question(rollout: Rollout, { step, since, gate, attempt }: GateState, starts: number): Promise<GateQuestion> {
    const { endpoint, environment } = rollout.channel;
    return {
      id: `${rollout.id}.${gate}.${step}.${attempt}`,
      rolloutId: rollout.id,
      endpoint,
      environment,
      step,
      candidate: await this.#release(rollout.candidate),
      stable: await this.#release(rollout.stable),
      since,
      starts,
    };
  }

  async #release(id: string): Promise<GatedRelease> {
    const release = await this.#terms.releases.byId(id);
    if (release === null)
      throw new RollwardError("internal", {}, new Error(`The release ${id} is missing from the store.`));
    return { id, name: releaseName(release), digest: release.digest };
  }
}

interface Job {
  readonly rollout: Rollout;
  readonly waiting: Waiting;
  readonly key: GateRunKey;
  readonly stop: AbortController;
}

const failed = (detail: string): RunEnd => ({ standing: "failed", detail, url: null, output: "" });

const RUN_KINDS: readonly GatePlan["kind"][] = ["command", "http", "backtest"] satisfies readonly RunKind[];

const isRun = ({ kind }: GatePlan): boolean => RUN_KINDS.includes(kind);

const isSame = (state: GateState, { gate, step, attempt }: Omit<GateRunKey, "rolloutId">): boolean =>
  state.gate === gate && state.step === step && state.attempt === attempt;

const isWaitedFor = (rollout: Rollout, asked: GateState): boolean =>
  !isTerminal(rollout.phase) &&
  (rollout.gates ?? []).some((state) => state.standing === "waiting" && isSame(state, asked));
