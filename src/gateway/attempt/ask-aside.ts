import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import { RollwardError } from "../../domain/errors.ts";
import { tokensOfBytes } from "../../domain/money/estimate-usage.ts";
import { DEFAULT_FAULT_POLICY } from "../../domain/release/fault-policy.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import type { Gateway } from "../gateway.ts";
import { coversAside } from "../meters/covers-aside.ts";
import { goesWith } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import type { AnswerSource } from "./answer-source.ts";
import { Attempt } from "./attempt.ts";
import { converseSource } from "./converse-source.ts";
import { answerOf } from "./examine.ts";
import { findPlace, forgetLimits } from "./find-place.ts";
import type { Place } from "./find-place.ts";
import { noteWanted, planOfTarget } from "./plan-of.ts";
import type { CallPlan } from "./plan-of.ts";
import { Ticket } from "./ticket.ts";
import { TranslatingReader } from "./translating-reader.ts";
import { wireSource } from "./wire-source.ts";
import { referenceOfOpen } from "../reference-of-open.ts";

/** A question beside the call: to a judge, to somebody who sums up. */
export interface Aside {
  readonly target: ModelTarget;
  readonly request: CanonicalRequest;
  /** Longest it may take, ms; half of what is left of the call at most. */
  readonly withinMs: number;
}

/** The text of the reply, or what went wrong; and its cost in either case. */
export interface AsideReply {
  readonly text: string | null;
  readonly trouble: string | null;
  readonly costPico: bigint;
}

/** Most bytes of a reply. */
const REPLY_BYTES = 64 * 1024;

/** Asks a model once within the call's deadline. Never rejects. */
export async function askAside(gateway: Gateway, open: OpenCall, aside: Aside): Promise<AsideReply> {
  let attempt: Attempt | null = null;
  try {
    const plan = planOfTarget(gateway, open.settings, aside.target);
    const isCovered = await coversAside(open, plan, aside.request);
    if (!isCovered) return { text: null, trouble: "no budget has room for it", costPico: 0n };
    attempt = beginAside(gateway, open, { ...aside, plan });
    goesWith(open, attempt);
    await attempt.start();
    const text = answerOf(open.arrival.dialect, false, attempt.held)?.text ?? "";
    return { text, trouble: null, costPico: attempt.record().costPico };
  } catch (error) {
    const { code, cause } = RollwardError.from(error);
    // The call goes on without the reply; a fault of ours must not be lost with it.
    if (code === "internal")
      gateway.announcer.troubled(`asking beside ${open.id}`, cause ?? error, referenceOfOpen(open));
    return { text: null, trouble: code, costPico: attempt?.record().costPico ?? 0n };
  }
}

type Planned = Aside & { readonly plan: CallPlan };

function beginAside(gateway: Gateway, open: OpenCall, { plan, request, withinMs }: Planned): Attempt {
  if (open.settings.limits.learned === false) forgetLimits(plan);
  noteWanted(plan, gateway.clock.elapsed());
  const found = findPlace(gateway, plan, { target: 0, left: null, isUrgent: false, stream: false });
  if (found.type === "none") throw found.error;
  const { place } = found;
  const ticket = new Ticket(gateway, place, false);
  try {
    const source = asideSource(gateway, open, { place, request });
    const { timeouts } = present(open.rendered);
    const remainingMs = open.startedAt + timeouts.totalMs - gateway.clock.elapsed();
    const { target, price, health } = place.deployment;
    const terms = {
      clock: gateway.clock,
      target,
      price,
      timeouts,
      deadline: gateway.clock.elapsed() + Math.min(withinMs, remainingMs / 2),
      stream: false,
      answerMs: withinMs,
      whole: true,
      holdBack: DEFAULT_FAULT_POLICY.holdBack,
      reason: "first",
      key: health.keys.size > 1 ? place.key : null,
      startedAt: open.startedAt,
      requestTokens: () => tokensOfBytes(Buffer.byteLength(JSON.stringify(request.messages))),
      answerBytes: REPLY_BYTES,
    } as const;
    return new Attempt(terms, source, ticket);
  } catch (error) {
    ticket.unused();
    throw error;
  }
}

interface AsideAsk {
  readonly place: Place;
  readonly request: CanonicalRequest;
}

/** The reply in the client's dialect, whatever the model speaks: what answers are read in anyway. */
function asideSource(gateway: Gateway, open: OpenCall, { place, request }: AsideAsk): AnswerSource {
  const { provider, target } = place.deployment;
  const { connectMs } = present(open.rendered).timeouts;
  const terms = { callId: open.id, model: target.model, connectMs, key: place.key };
  const encoder = open.arrival.dialect.encoder({ stream: false, usageInStream: false }, open.id, open.at);
  if (provider.speaks === null) return converseSource(provider, { ...terms, request, stream: false }, encoder);
  const wire = gateway.dialects.get(provider.speaks[0]);
  if (wire === undefined)
    throw new Error(`The provider ${provider.name} speaks ${provider.speaks[0]}, which nobody reads.`);
  const { reportsStreamUsage } = provider;
  const ask = { provider: provider.name, model: target.model, stream: false, reportsStreamUsage };
  const bytes = wire.fromCanonical(request, ask);
  const reader = new TranslatingReader(wire.eventReader(false), encoder);
  return wireSource(provider, { ...terms, dialect: wire.name, bytes }, reader);
}
