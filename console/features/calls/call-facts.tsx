import type { ReactNode } from "react";
import { count } from "../../lib/format.ts";
import { Id } from "../../ui/copy.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import { SessionLink } from "./call-peek.tsx";
import type { WholeCall } from "./timeline.tsx";

type Row = readonly [name: string, value: ReactNode] | null;

/** What is known of a call beside its bytes. */
export const CallFacts = ({ call }: { call: WholeCall }) => (
  <Facts rows={[...servedRows(call), ...whoseRows(call), ...moreRows(call)]} />
);

function servedRows(call: WholeCall): readonly Row[] {
  const { endpoint, rollout } = call;
  return [
    endpoint === null
      ? ["Model asked for", call.requested_model]
      : [
          "Endpoint",
          <Link key="endpoint" to={`/endpoints/${endpoint}`}>
            {endpoint}
          </Link>,
        ],
    ["Environment", call.environment],
    ["Arm", call.placement === null ? (call.arm ?? "–") : `${call.arm ?? "–"} (${call.placement})`],
    rollout === null
      ? null
      : [
          "Evidence of",
          <Link key="rollout" to={`/rollouts/${rollout}`}>
            the rollout
          </Link>,
        ],
    ["Tier", call.tier ?? "nothing answered"],
    ["Model", [call.provider, call.model].filter((part) => part !== null).join(" · ") || "–"],
    ["Dialect", `${call.dialect}${call.stream ? ", streamed" : ""}`],
    ["Finish reason", call.finish_reason ?? "–"],
    ["Tokens", tokensOf(call)],
  ];
}

function whoseRows({ session, user, key, trace, request_sha256: hash }: WholeCall): readonly Row[] {
  return [
    session === null ? null : ["Session", <SessionLink key="session" session={session} />],
    user === null
      ? null
      : [
          "User",
          <Link key="user" to="/calls" search={{ user }}>
            {user}
          </Link>,
        ],
    key === null
      ? null
      : [
          "Key",
          <Link key="key" to="/calls" search={{ key }} className="font-mono text-xs break-all">
            {key}
          </Link>,
        ],
    ["Trace", <Id key="trace" text={trace} />],
    hash === null
      ? null
      : [
          "Request SHA-256",
          <span key="hash" className="inline-flex flex-wrap items-center gap-x-2">
            <Id text={hash} />
            <Link to="/calls" search={{ same_as: hash }}>
              identical requests
            </Link>
          </span>,
        ],
  ];
}

function moreRows({ overrides, cache, context, routing, backtest }: WholeCall): readonly Row[] {
  return [
    overrides.length === 0 ? null : ["Release overrode", overrides.join(", ")],
    cache === undefined ? null : ["Cache", cache.status],
    context === undefined
      ? null
      : ["Context", `${context.done}, ${count(context.tokens)} of ${count(context.window_tokens)} tokens`],
    routing === undefined ? null : ["Routing", `${routing.asked} (${routing.why})`],
    backtest === undefined
      ? null
      : [
          "Replays",
          <Link key="replays" to={`/calls/${backtest.replays}`}>
            {backtest.replays}
          </Link>,
        ],
  ];
}

function tokensOf({ usage }: WholeCall): string {
  if (usage === null) return "no data";
  const parts: readonly (readonly [number, string])[] = [
    [usage.input, "in"],
    [usage.cached_input, "from the cache"],
    [usage.cache_write, "into the cache"],
    [usage.output, "out"],
    [usage.reasoning, "reasoning"],
  ];
  const words = parts.filter(([tokens]) => tokens > 0).map(([tokens, what]) => `${count(tokens)} ${what}`);
  return `${words.length === 0 ? "0" : words.join(", ")}${usage.estimated ? " (estimated)" : ""}`;
}
