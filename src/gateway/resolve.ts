import { hasScope, keyPrefix, mayCall } from "../domain/access/presented-key.ts";
import type { Key } from "../domain/access/key.ts";
import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "./gateway.ts";
import { NO_MODEL } from "./open-call.ts";
import type { Aim, OpenCall } from "./open-call.ts";
import { present } from "./present.ts";
import { refusePaused } from "./refuse-paused.ts";
import { shed } from "./shed.ts";

/** Finds what the `model` field names: an endpoint, or `provider/model` where the key allows it. */
export function resolve(gateway: Gateway, call: OpenCall): void {
  call.aim = aimOf(gateway, call);
  refusePaused(gateway, call);
  shed(gateway, call);
}

function aimOf(gateway: Gateway, call: OpenCall): Aim {
  const { model } = present(call.request);
  const key = present(call.key);
  const { provider } = call.arrival;
  if (provider !== undefined) return resolveProvider(call, key, provider);
  const name = gateway.routes.byEndpoint(model) === undefined ? (call.settings.aliases?.get(model) ?? model) : model;
  return name.includes("/") ? resolveModel(call, key, name) : resolveEndpoint(gateway, call, name);
}

/** A server tries again every two seconds to serve what was applied, s. */
const UNSERVED_RETRY_S = 5;

function resolveEndpoint(gateway: Gateway, call: OpenCall, endpoint: string): Aim {
  const key = present(call.key);
  const route = gateway.routes.byEndpoint(endpoint);
  if (route === undefined) {
    const known = gateway.routes.all().map((one) => one.channel.endpoint);
    const allowed = known.filter((name) => mayCall(key, name)).slice(0, 20);
    throw new RollwardError("endpoint_not_found", {
      endpoint: endpoint.slice(0, 100),
      known: allowed.join(", ") || "none",
      param: "model",
    });
  }
  if (!mayCall(key, endpoint)) {
    throw new RollwardError("forbidden", {
      prefix: keyPrefix(key.id),
      action: `call the endpoint ${endpoint}`,
      scope: "inference",
    });
  }
  const { isServed, environment } = call.settings;
  if (isServed === false)
    throw new RollwardError("environment_unserved", { environment, retryAfter: UNSERVED_RETRY_S });
  return { type: "endpoint", route };
}

/** What has no model is at one provider, not at a pool: files are known only where they were sent. */
function resolveProvider(call: OpenCall, key: Key, name: string | null): Aim {
  requireDirect(key, "use a provider directly");
  const { providers } = call.settings;
  if (name !== null && providers.has(name)) return { type: "direct", target: { provider: name, model: NO_MODEL } };
  const known = [...providers.keys()].slice(0, 20).join(", ") || "none";
  const reason =
    name === null
      ? `The request names no provider: send the header \`x-rollward-provider\` or the query \`provider\` (${known}).`
      : `There is no provider ${name.slice(0, 100)}; there are: ${known}.`;
  throw new RollwardError("invalid_request", { reason, param: "provider" });
}

function requireDirect(key: Key, action: string): void {
  if (!hasScope(key, "direct")) {
    throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action, scope: "direct" });
  }
}

function resolveModel(call: OpenCall, key: Key, name: string): Aim {
  requireDirect(key, "call models directly");
  const { providers, pools } = call.settings;
  const slash = name.indexOf("/");
  const provider = name.slice(0, slash);
  const model = name.slice(slash + 1);
  const models = providers.get(provider)?.prices.keys() ?? pools.get(provider)?.models;
  const ids = models === undefined ? null : [...models];
  if (ids?.includes(model) !== true) {
    const known = ids ?? [...providers.keys(), ...pools.keys()];
    throw new RollwardError("model_not_found", {
      model: name.slice(0, 100),
      known: known.slice(0, 20).join(", ") || "none",
      param: "model",
    });
  }
  return { type: "direct", target: { provider, model } };
}
