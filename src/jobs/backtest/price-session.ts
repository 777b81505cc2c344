import { estimateCall } from "../../domain/backtest/estimate.ts";
import type { CallEstimate } from "../../domain/backtest/estimate.ts";
import type { Key } from "../../domain/access/key.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import { admit } from "../../gateway/admit.ts";
import { assign } from "../../gateway/assign.ts";
import { planOf } from "../../gateway/attempt/plan-of.ts";
import { authenticate } from "../../gateway/authenticate.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { mostOutputTokens } from "../../gateway/meters/expected-tokens.ts";
import { openCall } from "../../gateway/open-call.ts";
import { present } from "../../gateway/present.ts";
import { render } from "../../gateway/render.ts";
import { RollwardError } from "../../domain/errors.ts";
import { mostAttemptPico } from "../../gateway/meters/attempt-costs.ts";
import { arrivalOf } from "./replay-call.ts";
import type { RecordedCall, RecordedSession } from "./recorded-session.ts";

/** What replaying a session is expected to cost, call by call, and what it can cost at most, pico-dollars. */
export interface SessionEstimate {
  readonly calls: readonly CallEstimate[];
  readonly worstPico: bigint;
}

/** Reckons what a session costs by rendering each of its requests as the candidate would. Nothing is sent. */
export function priceSession(gateway: Gateway, key: Key, session: RecordedSession): SessionEstimate {
  const estimates = session.turns.map(({ calls }) => {
    const own = calls.map((call) => priceCall(gateway, key, { session, call }));
    // A turn with tools may take one step more than was recorded, and each is as dear as the dearest at most.
    const dearest = own.reduce((most, { worstPico }) => (worstPico > most ? worstPico : most), 0n);
    const worstPico = own.reduce((sum, one) => sum + one.worstPico, dearest);
    return { own, worstPico };
  });
  return {
    calls: estimates.flatMap(({ own }) => own),
    worstPico: estimates.reduce((sum, one) => sum + one.worstPico, 0n),
  };
}

interface PricedCall {
  readonly session: RecordedSession;
  readonly call: RecordedCall;
}

const FREE: CallEstimate = { inputTokens: 0, outputTokens: 0, expectedPico: 0n, worstPico: 0n, isCounted: true };

function priceCall(gateway: Gateway, key: Key, { session: { dialect }, call }: PricedCall): CallEstimate {
  const { facts, bodies } = call.record;
  const open = openCall(
    gateway,
    arrivalOf(key, { dialect, bytes: call.bytes, session: facts.session }, () => {}),
  );
  try {
    authenticate(gateway, open);
    admit(gateway, open);
    // Not `resolve`: what is stopped now need not be when it is replayed.
    const [route] = gateway.routes.all();
    if (route === undefined) return FREE;
    open.aim = { type: "endpoint", route };
    assign(gateway, open);
    render(gateway, open);
    const plan = planOf(gateway, open);
    const first = plan.targets[0]?.deployments[0];
    const [target] = present(open.rendered).targets;
    if (first === undefined || target === undefined) return FREE;
    return estimateCall(
      {
        usage: facts.usage,
        baselineBytes: bodies.upstream?.length ?? call.bytes.length,
        candidateBytes: present(open.rendered).bodyFor(target).length,
        mostOutput: mostOutputTokens(open, first),
        worstPico: mostAttemptPico(gateway, open),
      },
      first.price satisfies TokenPrice,
    );
  } catch (error) {
    // The candidate cannot take this request: its replay will say so, and it costs nothing.
    if (RollwardError.from(error).code !== "internal") return FREE;
    throw error;
  } finally {
    if (open.admitted) gateway.load.inFlight -= 1;
  }
}
