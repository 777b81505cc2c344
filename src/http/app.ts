import type { IncomingMessage, ServerResponse } from "node:http";
import { fastify } from "fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { RollwardError } from "../domain/errors.ts";
import type { ErrorCode } from "../domain/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { ResponseKeeper } from "../ports/response-store.ts";
import { AnswersUnderWay } from "./answers-under-way.ts";
import { findCallersByConnection, rememberCallers } from "./caller.ts";
import { callRoute } from "./data/call-route.ts";
import { chatCompletions } from "./data/chat-completions.ts";
import { completions } from "./data/completions.ts";
import { embeddings } from "./data/embeddings.ts";
import { countTokens } from "./data/count-tokens.ts";
import { keptResults } from "./data/kept-results.ts";
import { messages } from "./data/messages.ts";
import { models } from "./data/models.ts";
import { ofrep } from "./data/ofrep.ts";
import { passing } from "./data/passing.ts";
import { responses, storedResponses } from "./data/responses.ts";
import { traces } from "./data/traces.ts";
import type { TracesTerms } from "./data/traces.ts";
import { openAiChat } from "./dialects/openai-chat/index.ts";
import { DEFAULT_EDGE_LIMITS } from "./edge-limits.ts";
import type { EdgeLimits } from "./edge-limits.ts";
import { limitConnections } from "./limit-connections.ts";
import { answerError, toRollwardError } from "./error-answer.ts";
import { httpFault } from "./http-fault.ts";
import { ignoreUpgrades } from "./ignore-upgrades.ts";
import { PlainHttp } from "./plain/plain-http.ts";
import { ArrivingBytes, readBody } from "./read-body.ts";
import type { BodyRead } from "./read-body.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** The way of calls past Fastify. */
    plain: PlainHttp;
  }
}

/** What the edge is plugged into. */
export interface HttpTerms {
  readonly gateway: Gateway;
  /** Keeps what clients of the Responses API refer to later. */
  readonly responses: ResponseKeeper;
  readonly announcer: Announcer;
  /** Largest request body in bytes, as the configuration in force says. */
  readonly bodyBytes: () => number;
  /** Most connections of one network, as the configuration in force says. */
  readonly connectionsOfOne: () => number;
  /** Counts a request that was refused for want of a key, or because its key asks too often, by the code of the error. */
  readonly refused: (code: ErrorCode) => void;
  readonly limits?: Partial<EdgeLimits>;
  /** Adds the admin API and other addresses. */
  readonly register: (app: FastifyInstance) => void;
  /** Takes spans of applications. */
  readonly traces: Omit<TracesTerms, "gateway">;
}

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 100;

/** In place of Fastify's own compilers, a hundred modules: what comes in is checked by the contract, what goes out is JSON. */
const noSchemas = (): never => {
  throw new Error("Addresses here have no schemas of Fastify's.");
};

/** The HTTP server, not yet listening. */
export function createApp(terms: HttpTerms): FastifyInstance {
  const limits: EdgeLimits = { ...DEFAULT_EDGE_LIMITS, ...terms.limits };
  const answers = new AnswersUnderWay();
  const app = fastify({
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    exposeHeadRoutes: false,
    schemaController: { compilersFactory: { buildValidator: () => noSchemas, buildSerializer: () => noSchemas } },
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Checked in httpFault, which answers in words.
      requireHostHeader: false,
    },
    /** Addresses that no route can be looked up for: bad escapes, or a part that is too long. */
    frameworkErrors: (_error, _request, reply) =>
      answerError(
        reply,
        new RollwardError("malformed_http", { reason: "its address cannot be read" }),
        gatewayId(terms),
      ),
    clientErrorHandler: ({ code }, socket) => answers.refuse(socket, () => unreadable(code, gatewayId(terms))),
  });
  app.server.maxHeadersCount = MAX_HEADERS;
  const arriving = new ArrivingBytes(limits.arrivingBytes);
  const plain = serveCalls(app, terms, { limits, arriving });
  answers.follow(app.server);
  ignoreUpgrades(app.server, { answers, plain });
  limitConnections(app.server, limits, { mostOfOne: terms.connectionsOfOne, plain, answers });
  const takeBody = readBodiesAsBytes(app, terms, arriving);
  rememberCallers(app);
  answerFaults(app, terms);
  countTokens(app, terms.gateway);
  models(app, terms.gateway);
  keptResults(app, terms.gateway);
  ofrep(app, terms.gateway);
  storedResponses(app, { gateway: terms.gateway, keeper: terms.responses });
  // Nowhere else is a form read, and nowhere else protobuf.
  withBodies(app, ["multipart/form-data", takeBody], (scope) =>
    passing(scope, { gateway: terms.gateway, stallMs: limits.stallMs }),
  );
  withBodies(app, ["application/x-protobuf", takeBody], (scope) =>
    traces(scope, { ...terms.traces, gateway: terms.gateway }),
  );
  terms.register(app);
  return app;
}

/** The addresses of calls: on the plain way where a request is plain, and through Fastify. */
function serveCalls(
  app: FastifyInstance,
  { gateway, responses: keeper, bodyBytes }: HttpTerms,
  { limits, arriving }: { readonly limits: EdgeLimits; readonly arriving: ArrivingBytes },
): PlainHttp {
  const routes = [
    chatCompletions(gateway),
    completions(gateway),
    embeddings(gateway),
    messages(gateway),
    responses({ gateway, keeper }),
  ];
  for (const route of routes) callRoute(app, route, { gateway, stallMs: limits.stallMs });
  const plain = new PlainHttp(app.server, {
    routes,
    finder: findCallersByConnection(gateway),
    bodyBytes,
    arriving,
    limits,
  });
  app.decorate("plain", plain);
  return plain;
}

/** Routes that read one more type of body, in a scope of their own. */
function withBodies(
  app: FastifyInstance,
  [type, take]: readonly [string, ReturnType<typeof readBodiesAsBytes>],
  routes: (scope: FastifyInstance) => void,
): void {
  void app.register((scope, _options, done) => {
    scope.addContentTypeParser(type, take);
    routes(scope);
    done();
  });
}

const gatewayId = (terms: HttpTerms): string => terms.gateway.ids.next("call");

/** What Node's parser could not read, by its code. */
const UNREADABLE: Readonly<Record<string, { readonly status: string; readonly reason: string }>> = {
  HPE_HEADER_OVERFLOW: { status: "431 Request Header Fields Too Large", reason: "its headers are too long" },
  ERR_HTTP_REQUEST_TIMEOUT: { status: "408 Request Timeout", reason: "it did not arrive in time" },
};
const UNPARSABLE = { status: "400 Bad Request", reason: "it cannot be parsed" };

/** The answer to it, as it goes over the wire. */
function unreadable(code: string, id: string): string {
  const { status, reason } = UNREADABLE[code] ?? UNPARSABLE;
  const body = openAiChat.errorBody(new RollwardError("malformed_http", { reason }), id).toString();
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}

/** Bodies stay bytes: the strict scan must see exactly what came. */
function readBodiesAsBytes(
  app: FastifyInstance,
  { bodyBytes }: HttpTerms,
  arriving: ArrivingBytes,
): (request: FastifyRequest, payload: IncomingMessage, done: BodyRead) => void {
  /** Requests that ask before they send: they are told to go on where their body is read, and nowhere before. */
  const asking = new WeakMap<object, ServerResponse>();
  app.server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    asking.set(request, response);
    app.server.emit("request", request, response);
  });
  app.removeAllContentTypeParsers();
  const take = (_request: FastifyRequest, payload: IncomingMessage, done: BodyRead): void => {
    if (payload.headers.expect !== undefined) asking.get(payload)?.writeContinue();
    readBody(payload, { limitBytes: bodyBytes(), arriving }, done);
  };
  app.addContentTypeParser("application/json", take);
  return take;
}

function answerFaults(app: FastifyInstance, terms: HttpTerms): void {
  app.addHook("onRequest", (request, _reply, done) => {
    // Before a body is read that nobody wants.
    const fault = httpFault(request.raw) ?? (request.is404 ? notFound(request) : null);
    done(fault ?? undefined);
  });
  app.setErrorHandler((thrown, request, reply) => {
    const error = toRollwardError(thrown);
    if (isCounted(error)) terms.refused(error.code);
    if (hasUnreadBody(request.raw)) reply.header("connection", "close");
    const id = gatewayId(terms);
    if (error.code === "internal") terms.announcer.troubled(`answering a request (${id})`, error.cause);
    answerError(reply, error.code === "internal" ? new RollwardError("internal", { id }, error.cause) : error, id);
  });
}

function notFound({ url, method }: FastifyRequest): RollwardError {
  const path = url.split("?")[0] ?? "";
  return new RollwardError("route_not_found", { method, path: path.slice(0, 200) });
}

/** Whether bytes of the body are still to come, or have come and were not read. */
const hasUnreadBody = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0);

/** Refusals outside of calls, which have records of their own. */
const isCounted = ({ status, code }: RollwardError): boolean =>
  status === 401 || code === "feedback_rate_limited" || code === "flags_rate_limited";
