import type { FastifyInstance } from "fastify";
import type { Key } from "../../domain/access/key.ts";
import { hasScope, mayCall } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { callerOf, identifyCaller } from "../caller.ts";

interface Model {
  readonly id: string;
  readonly object: "model";
  /** Unix seconds; 0 where it is not known. */
  readonly created: number;
  readonly owned_by: string;
}

/**
 * `GET /v1/models` in OpenAI's form, and one of them by its id: the endpoints the key may call, the models where it
 * may call them directly, and the aliases of both.
 */
export function models(app: FastifyInstance, gateway: Gateway): void {
  const hooks = { onRequest: identifyCaller(gateway) };
  app.get("/v1/models", hooks, (request) => {
    const key = callerOf(request);
    return { object: "list", data: modelsFor(gateway.environments.forKey(key), key) };
  });
  // Ids of direct models hold a slash, which SDKs escape and people do not.
  app.get<{ Params: { "*": string } }>("/v1/models/*", hooks, (request) => {
    const id = request.params["*"];
    const key = callerOf(request);
    const found = modelsFor(gateway.environments.forKey(key), key).find((one) => one.id === id);
    if (found === undefined)
      throw new RollwardError("endpoint_not_found", { endpoint: id.slice(0, 100), known: "as listed", param: "model" });
    return found;
  });
}

function modelsFor(gateway: Gateway, key: Key): readonly Model[] {
  const endpoints = gateway.routes
    .all()
    .filter((route) => mayCall(key, route.channel.endpoint))
    .map((route) => model(route.channel.endpoint, route.stable.createdAt, "rollward"));
  const own = [...endpoints, ...(hasScope(key, "direct") ? directModels(gateway) : [])];
  const aliases = [...(gateway.settings().aliases ?? [])].flatMap(([id, target]) => {
    const meant = own.find((one) => one.id === target);
    return meant === undefined ? [] : [{ ...meant, id }];
  });
  return [...own, ...aliases];
}

function directModels(gateway: Gateway): readonly Model[] {
  const { providers, pools } = gateway.settings();
  const known = [
    ...[...providers].map(([name, { prices }]) => [name, [...prices.keys()]] as const),
    ...[...pools].map(([name, pool]) => [name, pool.models] as const),
  ];
  return known.flatMap(([name, ids]) => ids.map((id) => model(`${name}/${id}`, 0, name)));
}

const model = (id: string, createdAt: number, owner: string): Model => ({
  id,
  object: "model",
  created: Math.floor(createdAt / 1000),
  owned_by: owner,
});
