import type { FastifyInstance } from "fastify";
import { hasScope, mayCall } from "../../domain/access/presented-key.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { callerOf, identifyCaller } from "../caller.ts";

/** `GET /v1/models` in OpenAI's form: the endpoints the key may call, and the models where it may call them directly. */
export function models(app: FastifyInstance, gateway: Gateway): void {
  app.get("/v1/models", { onRequest: identifyCaller(gateway) }, (request) => {
    const key = callerOf(request);
    const endpoints = gateway.routes
      .all()
      .filter((route) => mayCall(key, route.channel.endpoint))
      .map((route) => model(route.channel.endpoint, route.stable.createdAt, "rollward"));
    const { providers, pools } = gateway.settings();
    const known = [
      ...[...providers].map(([name, { prices }]) => [name, [...prices.keys()]] as const),
      ...[...pools].map(([name, pool]) => [name, pool.models] as const),
    ];
    const direct = hasScope(key, "direct")
      ? known.flatMap(([name, ids]) => ids.map((id) => model(`${name}/${id}`, 0, name)))
      : [];
    return { object: "list", data: [...endpoints, ...direct] };
  });
}

const model = (id: string, createdAt: number, owner: string): object => ({
  id,
  object: "model",
  created: Math.floor(createdAt / 1000),
  owned_by: owner,
});
