import type { CallFacts } from "../domain/call/call-record.ts";
import { hmacUnit } from "../kit/hash.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";

/** Offers a call that stable has answered to the shadow stage of its channel, where there is one that drew its session. */
export function offerCopy(
  { copies }: Gateway,
  call: OpenCall,
  { facts, answerOf }: { readonly facts: CallFacts; readonly answerOf: () => Uint8Array | null },
): void {
  const { aim, placement, arrival } = call;
  if (copies === undefined || aim?.type !== "endpoint" || placement === null) return;
  const { shadow, channel, stable } = aim.route;
  if (shadow === undefined || placement.arm !== "stable" || placement.release !== stable) return;
  // Kept answers cost and take nothing, and who left has seen no end: neither can be compared.
  if (facts.outcome === "abandoned" || facts.errorCode === "server_stopped" || facts.attempts.length === 0) return;
  if (hmacUnit(shadow.seed, `copy\n${channel.endpoint}\n${placement.unit}`) >= shadow.sample) return;
  const bodies = { request: arrival.bytes, upstream: call.upstreamBody, answer: answerOf() };
  const { unit } = placement;
  copies.offer({ channel, shadow, stable, unit, dialect: arrival.dialect, record: { facts, bodies } });
}
