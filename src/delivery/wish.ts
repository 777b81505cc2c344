import type { Command } from "../domain/rollout/command.ts";
import type { GateCommand } from "../domain/rollout/gates/tell-gate.ts";
import type { Actor } from "../domain/rollout/rollout.ts";

/** A person's wish, with who and why. */
export interface Wish {
  readonly command: Command | GateCommand;
  readonly actor: Actor;
  /** What the actor may decide at gates; absent is nothing. */
  readonly roles?: readonly string[];
  /** Whether the actor may also decide what asks for no role; absent is yes. */
  readonly isAdmin?: boolean;
  readonly reason: string;
  /** Repeating a wish with the same key changes nothing and gets the first answer again. */
  readonly idempotencyKey: string | null;
}

/** Whether a wish takes the candidate out of traffic. */
export const isWithdrawal = ({ command: { type } }: Wish): boolean => type === "abort" || type === "rollback";
