import { hashReading } from "../domain/evidence/running-evidence.ts";
import { targetsOf } from "../domain/release/fault-policy.ts";
import type { Release } from "../domain/release/release.ts";
import type { Observation } from "../domain/rollout/observation.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import { frozenBy } from "./frozen-by.ts";
import type { SessionLedger } from "./session-ledger.ts";

/** The part of an observation that gates and freezes are about. */
export async function observeGates(
  delivery: Delivery,
  rollout: Rollout,
): Promise<Pick<Observation, "frozen" | "gates">> {
  const gates = (await delivery.gating?.gatekeeper.look(rollout, delivery.clock.now())) ?? null;
  return { frozen: (await frozenBy(delivery, rollout.channel)) !== null, ...(gates !== null && { gates }) };
}

/** What triggers and faults of providers are about: sessions alone, so that it is seen at one moment with the evidence. */
export function observeSessions(
  { clock, engine }: Pick<Delivery, "clock" | "engine">,
  { plan: { triggers = [] } }: Rollout,
  ledger: SessionLedger,
): Pick<Observation, "firing" | "providerFault"> {
  const now = clock.now();
  const firing = triggers.length === 0 ? null : ledger.recent.firing(triggers, now);
  const proof = ledger.harm.ofProvider;
  return {
    ...(firing !== null && { firing }),
    ...(ledger.harm.isApart && {
      providerFault: {
        isOnlyProviders: proof !== null,
        isFailingNow: ledger.recent.isCandidateFailing(now),
        ...(proof !== null && {
          proof: {
            reading: proof.reading,
            evidenceHash: hashReading(proof.reading),
            ...(proof.cut !== null && { cut: { engine, ...proof.cut } }),
          },
        }),
      },
    }),
  };
}

/**
 * Finds out whether the arms ask different providers, where the plan wants their failures told apart. Where both ask the
 * same one, an outage hits both alike and more failures are the candidate's doing.
 */
export async function tellProvidersApart(
  { releases }: Delivery,
  rollout: Rollout,
  ledger: SessionLedger,
): Promise<void> {
  const { plan, candidate, stable } = rollout;
  const pair = `${candidate} ${stable}`;
  if ((plan.providerFault ?? "count") === "count" || ledger.harm.knowsApart(pair)) return;
  const [one, other] = await Promise.all([releases.byId(candidate), releases.byId(stable)]);
  ledger.harm.tellApart(pair, one !== null && other !== null && firstProvider(one) !== firstProvider(other));
}

/** Whose failure is the first of a call: that of the model that is asked first. */
const firstProvider = ({ content }: Release): string | undefined => targetsOf(content)[0]?.provider;
