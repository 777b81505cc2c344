import type { FastifyInstance } from "fastify";
import { RollwardError } from "../../domain/errors.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import type { Dialect, IncomingRequest } from "../../ports/dialect.ts";
import type { Reply } from "../../ports/reply.ts";
import type { ChainSession, ResponseKeeper, StoredResponse } from "../../ports/response-store.ts";
import { callerOf, headerOf, identifyCaller } from "../caller.ts";
import { isRecord } from "../dialects/is-record.ts";
import { openAiResponses } from "../dialects/openai-responses/index.ts";
import { createRawReply } from "../raw-reply.ts";

/** How long a response can be referred to: 30 days, as at OpenAI. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

/** What the Responses API is served with. */
export interface ResponsesTerms {
  readonly gateway: Gateway;
  readonly keeper: ResponseKeeper;
  /** How long a client may take nothing of a stream, milliseconds. */
  readonly stallMs: number;
}

/** `POST /v1/responses` and what its clients do with responses that are stored. */
export function responses(app: FastifyInstance, terms: ResponsesTerms): void {
  const { gateway, keeper, stallMs } = terms;
  const hooks = { onRequest: identifyCaller(gateway) };
  app.post("/v1/responses", hooks, async (request, reply) => {
    const key = callerOf(request);
    const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const chain = await chainOf(keeper, key.id, sent);
    reply.hijack();
    const turn = new Turn(chain, headerOf(request, "x-rollward-session"));
    const raw = createRawReply(request.raw, reply.raw, stallMs);
    await handle(gateway, {
      dialect: turn.dialect,
      bytes: chain?.bytes ?? sent,
      key,
      sessionHeader: turn.sessionHeader,
      reply: turn.watched(raw, (response) => {
        const createdAt = gateway.clock.now();
        const { input, session } = turn;
        const id = response["id"] as string;
        keeper.keep({ id, keyId: key.id, createdAt, expiresAt: createdAt + KEPT_MS, session, input, response });
      }),
    });
  });
  app.get<{ Params: { id: string } }>("/v1/responses/:id", hooks, (request) =>
    found(keeper, callerOf(request).id, request.params.id).then(({ response }) => response),
  );
  app.get<{ Params: { id: string } }>("/v1/responses/:id/input_items", hooks, (request) =>
    found(keeper, callerOf(request).id, request.params.id).then(inputItems),
  );
  app.delete<{ Params: { id: string } }>("/v1/responses/:id", hooks, (request) => {
    const { id } = request.params;
    return keeper.delete(callerOf(request).id, id).then((isDeleted) => {
      if (!isDeleted) throw missing(id);
      return { id, object: "response", deleted: true };
    });
  });
}

const missing = (id: string): RollwardError => new RollwardError("response_not_found", { response: id.slice(0, 100) });

/** In OpenAI's words; its clients look at the status and the param. */
const missingPrevious = (id: string): RollwardError =>
  new RollwardError("previous_response_not_found", { response: id.slice(0, 100), param: "previous_response_id" });

async function found(keeper: ResponseKeeper, keyId: string, id: string): Promise<StoredResponse> {
  const stored = await keeper.find(keyId, id);
  if (stored === null) throw missing(id);
  return stored;
}

/** The conversation before a response, as the API lists it: the newest first, in one page. */
function inputItems({ input }: StoredResponse): JsonObject {
  const data = input.map((item, index) => ({ id: `item_${index}`, ...item })).toReversed();
  return { object: "list", data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: false };
}

interface Chain {
  /** The request with the whole conversation in place of the id. */
  readonly bytes: Buffer;
  readonly session: ChainSession;
  readonly previousId: string;
}

/** The conversation that a request goes on with; `null` when it names none. */
async function chainOf(keeper: ResponseKeeper, keyId: string, bytes: Buffer): Promise<Chain | null> {
  if (!bytes.includes('"previous_response_id"')) return null;
  const { body } = openAiResponses.read(bytes);
  const { previous_response_id: previousId, input = null, ...rest } = body;
  if (previousId == null) return null;
  if (typeof previousId !== "string") {
    throw new RollwardError("invalid_request", {
      reason: "`previous_response_id` must be a string.",
      param: "previous_response_id",
    });
  }
  const stored = await keeper.find(keyId, previousId);
  if (stored === null) throw missingPrevious(previousId);
  if (input !== null && typeof input !== "string" && !Array.isArray(input)) {
    throw new RollwardError("invalid_request", { reason: "`input` must be a string or an array.", param: "input" });
  }
  const output = Array.isArray(stored.response["output"]) ? (stored.response["output"] as readonly Json[]) : [];
  const whole = [...stored.input, ...output, ...itemsOf(input)];
  return { bytes: Buffer.from(JSON.stringify({ ...rest, input: whole })), session: stored.session, previousId };
}

function itemsOf(input: Json): readonly JsonObject[] {
  if (typeof input !== "string") return (input ?? []) as readonly JsonObject[];
  return [{ type: "message", role: "user", content: [{ type: "input_text", text: input }] }];
}

/** One request of a chain: its session, and its answer as it is written. */
class Turn {
  readonly dialect: Dialect;
  readonly sessionHeader: string | null;
  readonly #chain: Chain | null;
  #request: IncomingRequest | null = null;

  constructor(chain: Chain | null, sessionHeader: string | null) {
    this.#chain = chain;
    this.sessionHeader = sessionHeader ?? chain?.session.header ?? null;
    this.dialect = { ...openAiResponses, read: (bytes) => this.#read(bytes) };
  }

  #read(bytes: Buffer): IncomingRequest {
    const read = openAiResponses.read(bytes);
    // Written with escapes it was not replaced, and a provider would look among the responses of every key.
    if (read.body["previous_response_id"] != null) throw missingPrevious("");
    const { session } = this.#chain ?? {};
    const sessionId = read.sessionId ?? session?.metadata ?? null;
    this.#request = { ...read, sessionId, opening: session?.opening ?? read.opening };
    return this.#request;
  }

  get input(): readonly JsonObject[] {
    return itemsOf(this.#request?.body["input"] ?? []);
  }

  get session(): ChainSession {
    const { sessionId = null, opening = null } = this.#request ?? {};
    return { header: this.sessionHeader, metadata: sessionId, opening };
  }

  /** Tells of the response that a client got whole and did not forbid to store. */
  watched(reply: Reply, onResponse: (response: JsonObject) => void): Reply {
    const written: Buffer[] = [];
    let status = 0;
    const keep = (chunk: Buffer | undefined): void => void (chunk !== undefined && written.push(chunk));
    return {
      ...reply,
      head(code, headers) {
        status = code;
        reply.head(code, headers);
      },
      write(chunk) {
        keep(chunk);
        return reply.write(chunk);
      },
      end: (chunk) => {
        keep(chunk);
        const isStored = status === 200 && this.#request?.body["store"] !== false;
        const response = isStored ? responseIn(Buffer.concat(written), this.#request?.stream === true) : null;
        if (response !== null) onResponse(response);
        reply.end(chunk);
      },
    };
  }
}

/** The response that an answer is, or that the last event of a stream holds; `null` for one that broke off. */
function responseIn(bytes: Buffer, stream: boolean): JsonObject | null {
  const at = stream ? bytes.lastIndexOf("\ndata:") : 0;
  if (at < 0) return null;
  try {
    const read: unknown = JSON.parse(bytes.toString("utf8", stream ? at + 6 : 0));
    const response = stream && isRecord(read) ? read["response"] : read;
    return isRecord(response) && typeof response["id"] === "string" ? (response as JsonObject) : null;
  } catch {
    return null;
  }
}
