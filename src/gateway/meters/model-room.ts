import type { AttemptRecord } from "../../domain/call/call-record.ts";
import type { LimitClaim } from "../../domain/limits/limit-rule.ts";
import type { LimitPass, LimitState } from "../../ports/limiter.ts";
import type { Place } from "../attempt/find-place.ts";
import type { Deployment } from "../attempt/plan-of.ts";
import { tokensOf } from "./tokens-of.ts";

/** What was taken at once. */
interface Held {
  /** Those that are open still. */
  readonly claims: readonly LimitClaim[];
  readonly pass: LimitPass;
  /** Tokens of attempts at the deployments where the room was before. */
  readonly used: number;
}

/**
 * What a call has taken of the limits of models at one target. It goes with the call from one member of a pool to another:
 * what is about both is taken once.
 */
export class ModelRoom {
  /** Position of its target. */
  readonly target: number;
  readonly #attempts: readonly AttemptRecord[];
  #deployment: Deployment;
  /** Attempts of the call before it came to the deployment; positions would not do, as an answer that is upheld moves to the end. */
  #before: readonly AttemptRecord[];
  #held: readonly Held[] = [];

  /** `attempts` are those of the call, as they grow. */
  constructor(attempts: readonly AttemptRecord[], { target, deployment }: Place) {
    this.target = target;
    this.#attempts = attempts;
    this.#deployment = deployment;
    this.#before = [...attempts];
  }

  get deployment(): Deployment {
    return this.#deployment;
  }

  /** How the limits stood of which it holds something. */
  get states(): readonly LimitState[] {
    return this.#held.flatMap(({ claims, pass }) =>
      pass.states.filter((state) => claims.some(({ rule }) => rule === state.rule)),
    );
  }

  /** What of `claims` is not taken yet. */
  lacks(claims: readonly LimitClaim[]): readonly LimitClaim[] {
    return claims.filter((claim) => !this.#held.some((held) => hasClaim(held.claims, claim)));
  }

  add(claims: readonly LimitClaim[], pass: LimitPass): void {
    this.#held = [...this.#held, { claims, pass, used: 0 }];
  }

  /** The call goes on to another deployment of the target, where it falls under `claims`; what is not among them is settled. */
  moveTo(deployment: Deployment, claims: readonly LimitClaim[]): void {
    if (deployment === this.#deployment) return;
    const usedHere = this.#usedHere();
    this.#held = this.#held.flatMap((held) => {
      const used = held.used + usedHere;
      const kept = held.claims.filter((claim) => hasClaim(claims, claim));
      const over = held.claims.filter((claim) => !kept.includes(claim));
      if (over.length > 0) held.pass.settle(used, over);
      return kept.length === 0 ? [] : [{ ...held, claims: kept, used }];
    });
    this.#deployment = deployment;
    this.#before = [...this.#attempts];
  }

  /** Nobody is asked in it any more; its attempts are in the record. */
  leave(): void {
    const usedHere = this.#usedHere();
    for (const { pass, used } of this.#held) pass.settle(used + usedHere);
    this.#held = [];
  }

  #usedHere(): number {
    const { target } = this.#deployment;
    const here = this.#attempts.filter(
      (one) => one.provider === target.provider && one.model === target.model && !this.#before.includes(one),
    );
    return here.reduce((sum, attempt) => sum + tokensOf(attempt), 0);
  }
}

const hasClaim = (claims: readonly LimitClaim[], { rule, subject }: LimitClaim): boolean =>
  claims.some((one) => one.rule === rule && one.subject === subject);
