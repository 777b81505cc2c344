import { hashReading } from "../domain/evidence/running-evidence.ts";
import type { Observation } from "../domain/rollout/observation.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { ShadowReading } from "../domain/evidence/shadow-reading.ts";
import type { Delivery } from "./delivery.ts";
import type { SessionLedger } from "./session-ledger.ts";

/** Evidence at one moment, with what it rests on. */
export type SeenEvidence = Pick<Observation, "reading" | "evidenceHash" | "cut">;

/** The evidence of a ledger as it stands. */
export function seeEvidence({ engine }: Pick<Delivery, "engine">, ledger: SessionLedger): SeenEvidence {
  const reading = ledger.reading();
  const cut = ledger.cut();
  return { reading, evidenceHash: hashReading(reading), ...(cut !== null && { cut: { engine, ...cut } }) };
}

/** What the copies of a shadow stage show; `null` in every other phase, and where none are made here. */
export const seeCopies = (
  { shadows }: Pick<Delivery, "shadows">,
  { phase, id }: Pick<Rollout, "phase" | "id">,
): ShadowReading | null => (phase === "shadowing" ? (shadows?.reading(id) ?? null) : null);
