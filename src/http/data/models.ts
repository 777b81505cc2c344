import type { FastifyInstance } from "fastify";
import { hasScope, mayCall } from "../../domain/access/presented-key.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { identifyKey } from "../../gateway/authenticate.ts";
import { credentialOf } from "./chat-completions.ts";

/** `GET /v1/models` in OpenAI's form: the endpoints the key may call, and the models where it may call them directly. */
export function models(app: FastifyInstance, gateway: Gateway): void {
  app.get("/v1/models", (request) => {
    const key = identifyKey(gateway, credentialOf(request), gateway.clock.now());
    const endpoints = gateway.routes
      .all()
      .filter((route) => mayCall(key, route.channel.endpoint))
      .map((route) => model(route.channel.endpoint, route.stable.createdAt, "rollward"));
    const direct = hasScope(key, "direct")
      ? [...gateway.settings().providers.values()].flatMap((provider) =>
          [...provider.prices.keys()].map((name) => model(`${provider.name}/${name}`, 0, provider.name)),
        )
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
