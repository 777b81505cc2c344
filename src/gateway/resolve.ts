import { hasScope, keyPrefix, mayCall } from "../domain/access/presented-key.ts";
import type { Key } from "../domain/access/key.ts";
import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "./gateway.ts";
import type { Aim, OpenCall } from "./open-call.ts";
import { present } from "./present.ts";

/** Finds what the `model` field names: an endpoint, or `provider/model` where the key allows it. */
export function resolve(gateway: Gateway, call: OpenCall): void {
  const { model } = present(call.request);
  const key = present(call.key);
  const slash = model.indexOf("/");
  call.aim = slash < 0 ? resolveEndpoint(gateway, key, model) : resolveModel(call, key, slash);
}

function resolveEndpoint(gateway: Gateway, key: Key, endpoint: string): Aim {
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
  return { type: "endpoint", route };
}

function resolveModel(call: OpenCall, key: Key, slash: number): Aim {
  const { model: name } = present(call.request);
  if (!hasScope(key, "direct")) {
    throw new RollwardError("forbidden", {
      prefix: keyPrefix(key.id),
      action: "call models directly",
      scope: "direct",
    });
  }
  const { providers, pools } = call.settings;
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
