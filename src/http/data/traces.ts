import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Key } from "../../domain/access/key.ts";
import { hasScope, keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import { readSpans } from "../../domain/trace/sent-spans.ts";
import type { AcceptedSpans } from "../../domain/trace/trace-settings.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { SpanStore } from "../../ports/span-store.ts";
import { callerOf, identifyCaller } from "../caller.ts";
import { headerOf } from "../header-of.ts";
import { otlpForm } from "../otlp/otlp-form.ts";
import type { OtlpForm } from "../otlp/otlp-form.ts";
import type * as TraceMessages from "../otlp/read-trace-request.ts";

/** What taking spans is plugged into. */
export interface TracesTerms {
  readonly gateway: Gateway;
  readonly spans: SpanStore;
  /** What is taken at the moment. */
  readonly accepted: () => AcceptedSpans;
}

/** Where OTLP's exporters send traces. */
export const TRACES_PATH = "/v1/traces";

/** Largest request once it is unpacked, bytes: reading it takes some 30 ms, in which no call gets on. */
const MOST_UNPACKED = 4 * 1024 * 1024;
/** Requests that may be written at the same time; a client sends one that is turned away again. */
const MOST_WRITING = 4;

const unpack = promisify(gunzip);

/** The reader of protobuf is read with the first spans, and not by a server that nobody sends any. */
const messages = (): Promise<typeof TraceMessages> => import("../otlp/read-trace-request.ts");

/**
 * `POST /v1/traces`: spans of applications as OTLP over HTTP, in protobuf or JSON, packed or not, with a key. The app must
 * read protobuf bodies as bytes. A client that is told 200 can forget them: they are written.
 */
export function traces(app: FastifyInstance, terms: TracesTerms): void {
  let writing = 0;
  const hour: HourOfSpans = { endsAt: 0, taken: 0 };
  app.post(TRACES_PATH, { onRequest: identifyCaller(terms.gateway) }, async (request, reply) => {
    const form = otlpForm(headerOf(request, "content-type") ?? "") ?? "json";
    const { traceAnswer, traceFault } = await messages();
    try {
      if (writing >= MOST_WRITING)
        throw new RollwardError("overloaded", { reason: "too many spans are being written" });
      writing += 1;
      try {
        const { rejected, why } = await take({ ...terms, hour }, request, form);
        return await send(reply, form, traceAnswer(form, rejected, why));
      } finally {
        writing -= 1;
      }
    } catch (error) {
      const fault = RollwardError.from(error);
      if (fault.code === "internal") throw fault;
      if (fault.retryable) reply.header("retry-after", "1");
      return send(reply.code(fault.status), form, traceFault(form, fault));
    }
  });
}

const send = (reply: FastifyReply, form: OtlpForm, body: Buffer): FastifyReply =>
  reply
    .header("content-type", form === "json" ? "application/json; charset=utf-8" : "application/x-protobuf")
    .send(body);

async function take(
  { gateway, spans, accepted, hour }: TracesTerms & { readonly hour: HourOfSpans },
  request: FastifyRequest,
  form: OtlpForm,
): Promise<{ readonly rejected: number; readonly why: string }> {
  const key = senderOf(request);
  const { isOn, content, mostSpans } = accepted();
  if (!isOn)
    throw new RollwardError("invalid_request", { reason: "This server takes no spans (`telemetry.traces.accept`)." });
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const plain = headerOf(request, "content-encoding") === "gzip" ? await unpacked(body) : body;
  if (plain.length > MOST_UNPACKED) throw tooLarge();
  const { readTraceRequest } = await messages();
  const read = readSpans(readTraceRequest(plain, form), content);
  countIn(hour, { now: gateway.clock.elapsed(), count: read.spans.length, most: mostSpans });
  try {
    const { environment } = gateway.environments.forKey(key).settings();
    const receivedAt = gateway.clock.now();
    const full = await spans.append(read.spans.map((span) => ({ ...span, environment, keyId: key.id, receivedAt })));
    return answerOf(read.rejected + full, full);
  } catch (error) {
    // What could not be written comes again, and must not count twice.
    hour.taken -= read.spans.length;
    throw error;
  }
}

function answerOf(rejected: number, full: number): { readonly rejected: number; readonly why: string } {
  return {
    rejected,
    why: full > 0 ? "a trace has too many spans" : "a span has no valid ids or times, or there are too many",
  };
}

/** What came within an hour: so often the oldest make room, and no more may come meanwhile than are kept. */
interface HourOfSpans {
  /** Monotonic milliseconds. */
  endsAt: number;
  taken: number;
}

const HOUR_MS = 3_600_000;

function countIn(
  hour: HourOfSpans,
  { now, count, most }: { readonly now: number; readonly count: number; readonly most: number },
): void {
  if (now >= hour.endsAt) {
    hour.endsAt = now + HOUR_MS;
    hour.taken = 0;
  }
  if (hour.taken + count > most) {
    throw new RollwardError("overloaded", { reason: `${most} spans, as many as are kept, have come within an hour` });
  }
  hour.taken += count;
}

function senderOf(request: FastifyRequest): Key {
  const key = callerOf(request);
  if (hasScope(key, "inference")) return key;
  throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "send spans", scope: "inference" });
}

const tooLarge = (): RollwardError => new RollwardError("body_too_large", { limitBytes: MOST_UNPACKED });

/** Never more than the bound, whatever the bytes claim. */
async function unpacked(body: Buffer): Promise<Buffer> {
  try {
    return await unpack(body, { maxOutputLength: MOST_UNPACKED });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw new RollwardError(
      "invalid_request",
      { reason: "The body is not packed with gzip, as its head says." },
      error,
    );
  }
}
