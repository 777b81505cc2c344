import type { FastifyInstance, FastifyRequest } from "fastify";
import { RollwardError } from "../../domain/errors.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import { identifyCaller } from "../caller.ts";
import { headerOf } from "../header-of.ts";
import { FILE_OPERATIONS, MODEL_OPERATIONS } from "../dialects/openai-pass/operation.ts";
import type { Operation } from "../dialects/openai-pass/operation.ts";
import { passDialect } from "../dialects/openai-pass/pass-dialect.ts";
import { arrivalOf } from "./arrival-of.ts";
import { callRequestOf } from "./call-route.ts";

/** What an operation is served with. */
interface PassingTerms {
  readonly gateway: Gateway;
  /** How long a client may take nothing of an answer, milliseconds. */
  readonly stallMs: number;
}

/** Images, sound, moderations and files, which pass to a provider that has them. The app must read forms as bytes. */
export function passing(app: FastifyInstance, terms: PassingTerms): void {
  for (const operation of [...MODEL_OPERATIONS, ...FILE_OPERATIONS]) serve(app, terms, operation);
}

function serve(app: FastifyInstance, { gateway, stallMs }: PassingTerms, operation: Operation): void {
  const { method, path, dialect } = operation;
  app.route({
    method,
    url: `/v1${path}`,
    onRequest: identifyCaller(gateway),
    handler(request, reply) {
      const contentType = headerOf(request, "content-type") ?? "";
      const address = { method, path: addressOf(request, operation) };
      return handle(gateway, {
        ...arrivalOf(callRequestOf(request, reply, stallMs)),
        dialect: passDialect(operation, contentType),
        headers: { "content-type": contentType },
        address,
        ...(dialect === "openai-files" && { provider: providerOf(request) }),
      });
    },
  });
}

/** The provider that has the files: in a header, or in the query, where SDKs put what belongs to one request. */
function providerOf(request: FastifyRequest): string | null {
  const header = headerOf(request, "x-rollward-provider");
  const { provider } = request.query as Readonly<Record<string, unknown>>;
  return header ?? (typeof provider === "string" ? provider : null);
}

const ID = /^[A-Za-z0-9_-]{1,200}$/;
/** What a list of files may be asked for. */
const LISTED = ["after", "limit", "order", "purpose"];

/** The address at the provider: with the id of a file, and of the query only what the API knows. */
function addressOf({ params, query }: FastifyRequest, { path, method }: Operation): string {
  const { id } = params as { readonly id?: string };
  if (id !== undefined && !ID.test(id)) {
    throw new RollwardError("invalid_request", {
      reason: "The id of a file has letters, digits, `_` and `-`.",
      param: "id",
    });
  }
  const own = path.replace(":id", id ?? "");
  if (method !== "GET" || id !== undefined) return own;
  const asked = query as Readonly<Record<string, unknown>>;
  const kept = LISTED.flatMap((name) => (typeof asked[name] === "string" ? [[name, asked[name]]] : []));
  return kept.length === 0 ? own : `${own}?${new URLSearchParams(kept as [string, string][]).toString()}`;
}
