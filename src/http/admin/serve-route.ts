import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import type { z } from "zod";
import type { ApiRoute } from "../../contract/route.ts";
import type { Key } from "../../domain/access/key.ts";
import { keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import { scanJsonObject, JsonScanError } from "../../kit/json-scan.ts";
import type { ScanResult } from "../../kit/json-scan.ts";
import { placeOf } from "./place-of.ts";
import { environmentQuery } from "../../contract/environment-query.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { callerOf, identifyCaller } from "../caller.ts";
import type { SignedIn } from "../console/console-sessions.ts";
import { identifyPerson } from "../console/identify-session.ts";
import type { CallerTerms } from "../caller.ts";
import { sayIssue } from "./say-issue.ts";

/** A validated request of the admin API. `key` is `null` on open addresses. */
export interface ApiRequest<R extends ApiRoute> {
  readonly params: z.output<R["params"]>;
  readonly query: z.output<R["query"]>;
  readonly body: R["body"] extends z.ZodType ? z.output<R["body"]> : null;
  readonly key: Key | null;
  /** The console's session that the request came with; `null` where it came with a key. */
  readonly signedIn: SignedIn | null;
  /** The environment that was asked about by its name, or that alone the key may see; `null` where neither is so. */
  readonly named: string | null;
  /** The environment that is meant: the named one, else the server's own. */
  readonly environment: string;
  /** Its gateway. */
  readonly gateway: Gateway;
}

/** Answers one address of the table: access first, then every input through its schema. */
export function serveRoute<R extends ApiRoute>(
  app: FastifyInstance,
  { gateway, route }: { readonly gateway: CallerTerms & Pick<Gateway, "environments">; readonly route: R },
  answer: (request: ApiRequest<R>) => Promise<z.input<R["answer"]>> | z.input<R["answer"]>,
): void {
  app.route({
    method: route.method,
    url: urlOf(route),
    onRequest: accessHooks(gateway, route.access),
    handler: async (request) => answer(readRequest(gateway, route, request)),
  });
}

/** The path of an address with its parameters as Fastify writes them. */
export const urlOf = ({ path }: Pick<ApiRoute, "path">): string => path.replaceAll("{", ":").replaceAll("}", "");

/** A request with every input through its schema; for addresses that do not answer with one JSON document. */
export function readRequest<R extends ApiRoute>(
  { environments }: Pick<Gateway, "environments">,
  route: R,
  request: FastifyRequest,
): ApiRequest<R> {
  const key = route.access === "open" ? null : callerOf(request);
  const { asked, query } = environmentIn(route, request.query);
  const place = placeOf(environments, { key, asked, route });
  const input = {
    params: parseInput(route.params, request.params),
    query: parseInput(route.query, query, "flat"),
    body: route.body === null ? null : parseInput(route.body, readBody(request)),
    key,
    signedIn: request.signedIn ?? null,
    ...place,
  };
  return input as ApiRequest<R>;
}

/** Who may pass, as hooks before anything of a body is read. People come with a key or with the console's session. */
export function accessHooks(terms: CallerTerms, access: ApiRoute["access"]): onRequestHookHandler[] {
  if (access === "open") return [];
  if (access === "inference") return [identifyCaller(terms), requireAdmin];
  return [keepPrivate, identifyPerson(terms), access === "approver" ? requireApprover : requireAdmin];
}

/** What people are shown is kept by no cache on the way, and taken for nothing but what it says it is. */
function keepPrivate(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
  done();
}

/** The environment that a query names, and the rest of it; an address that is about none leaves it where it is. */
function environmentIn({ perEnvironment }: ApiRoute, query: unknown): { asked: string | null; query: unknown } {
  if (perEnvironment === false || typeof query !== "object" || query === null) return { asked: null, query };
  const { environment, ...rest } = query as { readonly environment?: unknown };
  const read = parseInput(environmentQuery, { environment }, "flat") as z.output<typeof environmentQuery>;
  return { asked: read.environment ?? null, query: rest };
}

/** Whoever has a role may look at what waits for it; what their word counts for is decided where it is given. */
function requireApprover(request: FastifyRequest, reply: unknown, done: (fault?: Error) => void): void {
  if ((callerOf(request).roles ?? []).length > 0) done();
  else requireAdmin(request, reply, done);
}

function requireAdmin(request: FastifyRequest, _reply: unknown, done: (fault?: Error) => void): void {
  const { id, scopes } = callerOf(request);
  const details = { prefix: keyPrefix(id), action: "use the admin API", scope: "admin" };
  done(scopes.includes("admin") ? undefined : new RollwardError("forbidden", details));
}

const readBody = (request: FastifyRequest): unknown => readJsonBody(request).value;

/** A body as it came, where its members stand in it, and as a value. */
export interface JsonBody extends ScanResult {
  readonly bytes: Buffer;
  readonly value: unknown;
}

/** Reads a body that is one JSON object with exactly one meaning; throws `malformed_json`. */
export function readJsonBody(request: FastifyRequest): JsonBody {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  try {
    return { ...scanJsonObject(bytes), bytes, value: JSON.parse(bytes.toString()) };
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    throw new RollwardError("malformed_json", { reason: error.reason, offset: error.offset }, error);
  }
}

/**
 * A value through its schema; throws `invalid_request`. In a query, which is flat, the place within a list would name
 * nothing that the caller has written.
 */
export function parseInput(schema: z.ZodType, value: unknown, shape: "flat" | "deep" = "deep"): unknown {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (shape === "flat" ? issue?.path.slice(0, 1) : issue?.path)?.join(".") ?? "";
  throw new RollwardError("invalid_request", {
    reason: `${path === "" ? "The request" : `\`${path}\``} ${issue === undefined ? "is not valid" : sayIssue(issue)}.`,
    param: path === "" ? null : path,
  });
}
