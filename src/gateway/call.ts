import { RollwardError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ModelTarget } from "../domain/release/release.ts";
import type { Provider } from "../ports/provider.ts";
import type { AnswerSource } from "./attempt/answer-source.ts";
import { Attempt } from "./attempt/attempt.ts";
import { converseSource } from "./attempt/converse-source.ts";
import { wireSource } from "./attempt/wire-source.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { present } from "./present.ts";

/**
 * Asks the models of the chain in turn until one has an answer to deliver. A request that a provider
 * refuses is not routed around: the next model would get the same request.
 */
export async function call(gateway: Gateway, open: OpenCall): Promise<Attempt> {
  const { targets } = present(open.rendered);
  let last: RollwardError | null = null;
  for (const [index, target] of targets.entries()) {
    const attempt = beginOrSkip(gateway, open, { target, last });
    if (attempt === null) continue;
    open.stop = () => attempt.abandon();
    if (open.abandoned) attempt.abandon();
    try {
      await attempt.start();
      open.servedBy = index;
      return attempt;
    } catch (error) {
      last = RollwardError.from(error);
      open.attempts.push(attempt.record());
      open.original = attempt.original;
      if (open.abandoned || !mayTryNext(last)) break;
    }
  }
  throw last ?? new RollwardError("internal", { id: open.id });
}

/** Whether another model of the chain could do better. */
const mayTryNext = (error: RollwardError): boolean => error.retryable || error.code === "provider_credentials";

/** A fallback that cannot take the request is skipped: what went wrong before it is the honest answer. */
function beginOrSkip(
  gateway: Gateway,
  open: OpenCall,
  { target, last }: { readonly target: ModelTarget; readonly last: RollwardError | null },
): Attempt | null {
  try {
    return begin(gateway, open, target);
  } catch (error) {
    if (last === null) throw error;
    return null;
  }
}

function begin(gateway: Gateway, open: OpenCall, target: ModelTarget): Attempt {
  const rendered = present(open.rendered);
  const provider = open.settings.providers.get(target.provider);
  const price = provider?.prices.get(target.model);
  if (provider === undefined || price === undefined) {
    throw new RollwardError("model_not_found", {
      model: `${target.provider}/${target.model}`,
      known: "none",
      param: "model",
    });
  }
  const body = rendered.bodyFor(target);
  const terms = {
    clock: gateway.clock,
    target,
    price,
    timeouts: rendered.timeouts,
    deadline: open.startedAt + rendered.timeouts.totalMs,
    stream: present(open.request).stream,
    startedAt: open.startedAt,
    requestBytes: body.length,
    answerBytes: open.settings.limits.answerBytes,
  };
  const source = sourceFor(open, provider, { target, body });
  open.upstreamBody = body;
  return new Attempt(terms, source);
}

function sourceFor(
  open: OpenCall,
  provider: Provider,
  { target, body }: { readonly target: ModelTarget; readonly body: Buffer },
): AnswerSource {
  const { dialect } = open.arrival;
  const request = present(open.request);
  const form = dialect.answerForm(request);
  const connectMs = present(open.rendered).timeouts.connectMs;
  if (provider.speaks === dialect.name) {
    return wireSource(provider, { callId: open.id, model: target.model, bytes: body, connectMs }, { dialect, form });
  }
  const canonical = dialect.toCanonical(JSON.parse(body.toString()) as JsonObject, provider.name);
  const encoder = dialect.encoder(form, open.id, open.at);
  const converse = { callId: open.id, model: target.model, request: canonical, stream: request.stream, connectMs };
  return converseSource(provider, converse, encoder);
}
