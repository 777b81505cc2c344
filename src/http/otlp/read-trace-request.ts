import { parse } from "protobufjs";
import { OTLP_PROTO } from "../../domain/trace/otlp-proto.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { OtlpForm } from "./otlp-form.ts";

const { root } = parse(OTLP_PROTO);
const TraceRequest = root.lookupType("otlp.ExportTraceServiceRequest");
const TraceResponse = root.lookupType("otlp.ExportTraceServiceResponse");
const Status = root.lookupType("otlp.RpcStatus");

/** Reads an `ExportTraceServiceRequest` into its JSON form. Throws `invalid_request` for bytes that are none. */
export function readTraceRequest(bytes: Uint8Array, form: OtlpForm): JsonObject {
  try {
    const value = form === "json" ? (JSON.parse(Buffer.from(bytes).toString()) as Json) : fromProtobuf(bytes);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw unreadable(form, error);
  }
  throw unreadable(form);
}

const unreadable = (form: OtlpForm, cause?: unknown): RollwardError =>
  new RollwardError(
    "invalid_request",
    { reason: `The body is no trace in OTLP's ${form === "json" ? "JSON" : "protobuf"} form.` },
    cause,
  );

function fromProtobuf(bytes: Uint8Array): JsonObject {
  const request = TraceRequest.toObject(TraceRequest.decode(bytes), { longs: String, enums: Number }) as Decoded;
  for (const { scopeSpans = [] } of request.resourceSpans ?? []) {
    for (const { spans = [] } of scopeSpans) {
      for (const span of spans) {
        span.traceId = hexOf(span.traceId);
        span.spanId = hexOf(span.spanId);
        span.parentSpanId = hexOf(span.parentSpanId);
      }
    }
  }
  return request as unknown as JsonObject;
}

/** What the decoder makes: ids are bytes, which the JSON form has as hex. */
interface Decoded {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly { readonly spans?: readonly DecodedSpan[] }[];
  }[];
}

interface DecodedSpan {
  traceId?: Uint8Array | string;
  spanId?: Uint8Array | string;
  parentSpanId?: Uint8Array | string;
}

const hexOf = (id: Uint8Array | string | undefined): string =>
  id instanceof Uint8Array ? Buffer.from(id).toString("hex") : "";

/** The answer to a request of which some spans may not have been kept, in its own form. */
export function traceAnswer(form: OtlpForm, rejected: number, why: string): Buffer {
  const answer = rejected === 0 ? {} : { partialSuccess: { rejectedSpans: rejected, errorMessage: why } };
  // In JSON a 64-bit number is text.
  if (form === "json")
    return Buffer.from(
      JSON.stringify(answer, (key, value: unknown) => (key === "rejectedSpans" ? String(value) : value)),
    );
  return Buffer.from(TraceResponse.encode(TraceResponse.fromObject(answer)).finish());
}

/** Codes of gRPC that OTLP's errors carry, by HTTP status. */
const CODES: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [403, 7],
  [413, 3],
  [415, 3],
  [429, 8],
  [503, 14],
]);
const INTERNAL = 13;

/** An error in a request's own form: a `google.rpc.Status`. */
export function traceFault(form: OtlpForm, { status, message, help }: RollwardError): Buffer {
  const said = { code: CODES.get(status) ?? INTERNAL, message: `${message} ${help}` };
  if (form === "json") return Buffer.from(JSON.stringify(said));
  return Buffer.from(Status.encode(Status.fromObject(said)).finish());
}
