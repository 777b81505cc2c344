import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Announcer } from "../ports/announcer.ts";
import { chatCompletions } from "./data/chat-completions.ts";
import { models } from "./data/models.ts";
import { openAiChat } from "./dialects/openai-chat/index.ts";
import { answerError, toRollwardError } from "./error-answer.ts";
import { httpFault } from "./http-fault.ts";

/** What the edge is plugged into. */
export interface HttpTerms {
  readonly gateway: Gateway;
  readonly announcer: Announcer;
  /** Largest request body, bytes. */
  readonly bodyBytes: number;
  /** Adds the admin API and other addresses. */
  readonly register: (app: FastifyInstance) => void;
}

/** Slow clients are cut off: a request head has 10 s and a whole request 60 s to arrive. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** How often those limits are checked. */
const CHECK_INTERVAL_MS = 1_000;
/** Above the idle time of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 100;
const MAX_CONNECTIONS = 10_000;

/** The HTTP server, not yet listening. */
export function createApp(terms: HttpTerms): FastifyInstance {
  const app = fastify({
    bodyLimit: terms.bodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    exposeHeadRoutes: false,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
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
    clientErrorHandler(error, socket) {
      const status =
        "code" in error && error.code === "HPE_HEADER_OVERFLOW"
          ? "431 Request Header Fields Too Large"
          : "400 Bad Request";
      const fault = new RollwardError("malformed_http", { reason: "it cannot be parsed" });
      const body = openAiChat.errorBody(fault, gatewayId(terms));
      if (socket.writable) {
        socket.write(
          `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`,
        );
        socket.write(body);
      }
      socket.destroySoon();
    },
  });
  app.server.maxHeadersCount = MAX_HEADERS;
  app.server.maxConnections = MAX_CONNECTIONS;
  readBodiesAsBytes(app);
  answerFaults(app, terms);
  chatCompletions(app, terms.gateway);
  models(app, terms.gateway);
  terms.register(app);
  return app;
}

const gatewayId = (terms: HttpTerms): string => terms.gateway.ids.next("call");

/** Bodies stay bytes: the strict scan must see exactly what came. */
function readBodiesAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

function answerFaults(app: FastifyInstance, terms: HttpTerms): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const fault = httpFault(request.raw);
    done(fault ?? undefined);
  });
  app.setErrorHandler((thrown, _request, reply) => {
    const error = toRollwardError(thrown, terms.bodyBytes);
    const id = gatewayId(terms);
    if (error.code === "internal") terms.announcer.troubled(`answering a request (${id})`, error.cause);
    answerError(reply, error.code === "internal" ? new RollwardError("internal", { id }, error.cause) : error, id);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    answerError(
      reply,
      new RollwardError("route_not_found", { method: request.method, path: path.slice(0, 200) }),
      gatewayId(terms),
    );
  });
}
