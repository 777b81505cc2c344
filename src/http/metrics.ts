import type { FastifyInstance, FastifyRequest } from "fastify";
import { RollwardError } from "../domain/errors.ts";
import { keyPrefix } from "../domain/access/presented-key.ts";
import type { CallerTerms } from "./caller.ts";
import { callerOf, identifyCaller } from "./caller.ts";

/** What the address of metrics is plugged into. */
export interface MetricsTerms {
  readonly gateway: CallerTerms;
  /** Metrics in Prometheus' text format, and the type that says so. */
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** Who may read them: anybody, only who has a key, or without one only who can be nowhere but on this machine. */
  readonly readers: () => MetricsReaders;
}

/** Who may read metrics. */
export type MetricsReaders = "everybody" | "keys" | "this machine";

/**
 * `GET /metrics` for Prometheus: for keys with the scope `admin`, for everybody on this machine where the server listens nowhere else, or for all
 * where the project says so.
 */
export function metrics(app: FastifyInstance, { gateway, metrics: source, readers }: MetricsTerms): void {
  const identify = identifyCaller(gateway);
  app.get(
    "/metrics",
    {
      onRequest(request, reply, done) {
        const who = readers();
        if (who === "everybody" || (who === "this machine" && isFromHere(request))) return done();
        identify(request, reply, (fault) => done(fault ?? refusalOf(request)));
      },
    },
    async (_request, reply) => reply.type(source.contentType).send(await source.text()),
  );
}

function refusalOf(request: FastifyRequest): RollwardError | undefined {
  const { id, scopes } = callerOf(request);
  if (scopes.includes("admin")) return undefined;
  return new RollwardError("forbidden", { prefix: keyPrefix(id), action: "read metrics", scope: "admin" });
}

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

/** Names under which proxies say for whom they ask: what comes through one is from elsewhere, though the proxy stands here. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/** A server that others reach as well may stand behind a proxy on this machine that says nothing of itself. */
const isFromHere = ({ socket, headers, server }: FastifyRequest): boolean =>
  LOOPBACK.test(socket.remoteAddress ?? "") &&
  FORWARDED.every((name) => headers[name] === undefined) &&
  server.addresses().every((each) => typeof each === "string" || LOOPBACK.test(each.address));
