import { maskText } from "../../kit/mask-text.ts";
import type { Json, JsonObject } from "../json.ts";
import { readAttributes } from "./read-attributes.ts";
import { isObject } from "../object-in.ts";
import { objects } from "./json-objects.ts";
import { isTraceId } from "./trace-ids.ts";
import type { AttributeValue, Attributes, SpanEvent, SpanKind, TraceSpan } from "./trace-span.ts";

/** A span as it was sent, and who made it. */
export interface ReadSpan extends TraceSpan {
  readonly service: string | null;
  readonly scope: string | null;
  /** Attributes and events that were not kept. */
  readonly leftOut: number;
}

/** What a request brought. */
export interface ReadSpans {
  readonly spans: readonly ReadSpan[];
  /** Spans that are none: without ids or times, or beyond `MOST_SPANS`. */
  readonly rejected: number;
}

/** Bounds of one request and of one span. */
const MOST_SPANS = 2_000;
const MOST_ATTRIBUTES = 96;
const MOST_EVENTS = 24;
const MOST_NAME = 200;
const MOST_VALUE = 1_024;
const MOST_CONTENT = 8_192;
const MOST_ELEMENTS = 64;

/** Reads OTLP's `ExportTraceServiceRequest` in its JSON form; what is not as it should be is left out. Never throws. */
export function readSpans(request: JsonObject, keepsContent: boolean): ReadSpans {
  const spans: ReadSpan[] = [];
  let rejected = 0;
  for (const { resource, scopeSpans } of objects(request["resourceSpans"])) {
    const service = isObject(resource)
      ? textOrNull(plainAttributes(resource["attributes"], MOST_VALUE)["service.name"])
      : null;
    for (const { scope, spans: sent } of objects(scopeSpans)) {
      const origin = { service, scope: isObject(scope) ? textOrNull(scope["name"]) : null };
      for (const one of objects(sent)) {
        const span = spans.length < MOST_SPANS ? readSpan(one, keepsContent) : null;
        if (span === null) rejected += 1;
        else spans.push({ ...span, ...origin });
      }
    }
  }
  return { spans, rejected };
}

const SPAN_ID = /^[0-9a-f]{16}$/;
const NO_SPAN = "0".repeat(16);
const KINDS: readonly SpanKind[] = ["internal", "internal", "server", "client", "producer", "consumer"];
const STATUSES = ["unset", "ok", "error"] as const;

function readSpan(sent: JsonObject, keepsContent: boolean): Omit<ReadSpan, "service" | "scope"> | null {
  const [traceId, spanId] = [idOf(sent["traceId"]), idOf(sent["spanId"])];
  const [startUs, endUs] = [microseconds(sent["startTimeUnixNano"]), microseconds(sent["endTimeUnixNano"])];
  if (!isTraceId(traceId) || !isSpanId(spanId) || startUs === null || endUs === null) return null;
  const parent = idOf(sent["parentSpanId"]);
  const status = isObject(sent["status"]) ? sent["status"] : {};
  const read = attributesOf(sent["attributes"], keepsContent);
  const events = objects(sent["events"]);
  return {
    traceId,
    spanId,
    parentSpanId: isSpanId(parent) ? parent : null,
    name: textOf(sent["name"], MOST_NAME),
    kind: KINDS[Number(sent["kind"] ?? 0)] ?? "internal",
    startUs,
    endUs: Math.max(startUs, endUs),
    status: STATUSES[Number(status["code"] ?? 0)] ?? "unset",
    statusMessage: keepsContent ? maskText(textOf(status["message"], MOST_VALUE)) : "",
    attributes: read.attributes,
    events: events.slice(0, MOST_EVENTS).map((event) => eventOf(event, startUs, keepsContent)),
    leftOut: read.leftOut + Math.max(0, events.length - MOST_EVENTS),
  };
}

function eventOf(event: JsonObject, startUs: number, keepsContent: boolean): SpanEvent {
  return {
    name: textOf(event["name"], MOST_NAME),
    atUs: microseconds(event["timeUnixNano"]) ?? startUs,
    attributes: attributesOf(event["attributes"], keepsContent).attributes,
  };
}

const isSpanId = (text: string): boolean => SPAN_ID.test(text) && text !== NO_SPAN;

/** Ids are hex in OTLP's JSON form, unlike all other bytes. */
const idOf = (value: Json | undefined): string => (typeof value === "string" ? value.toLowerCase() : "");

/** Nanoseconds since the epoch, as text or number, to whole microseconds; `null` for what is none. */
function microseconds(value: Json | undefined): number | null {
  const text = typeof value === "number" ? String(BigInt(Math.max(0, Math.floor(value)))) : value;
  if (typeof text !== "string" || !/^\d{4,19}$/.test(text)) return null;
  return Number(text.slice(0, -3));
}

function attributesOf(
  list: Json | undefined,
  keepsContent: boolean,
): { readonly attributes: Attributes; readonly leftOut: number } {
  const sent = objects(list);
  const plain = plainAttributes(list, keepsContent ? MOST_CONTENT : MOST_VALUE);
  const { attributes, leftOut } = readAttributes(plain, keepsContent);
  return { attributes, leftOut: leftOut + Math.max(0, sent.length - MOST_ATTRIBUTES) };
}

function plainAttributes(list: Json | undefined, mostValue: number): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const { key, value } of objects(list).slice(0, MOST_ATTRIBUTES)) {
    const read = isObject(value) ? valueOf(value, mostValue) : null;
    if (typeof key === "string" && key !== "" && key !== "__proto__" && read !== null)
      attributes[key.slice(0, MOST_NAME)] = read;
  }
  return attributes;
}

function valueOf(value: JsonObject, most: number): AttributeValue | null {
  const plain = plainOf(value, 0);
  if (typeof plain === "string") return plain.slice(0, most);
  if (typeof plain !== "object" || plain === null) return plain;
  const isList = Array.isArray(plain) && SIMPLE.some((type) => plain.every((one) => typeof one === type));
  // A list of one simple type stays one; everything else becomes text.
  return isList ? (plain as readonly string[]) : JSON.stringify(plain).slice(0, most);
}

const SIMPLE = ["string", "number", "boolean"] as const;

/** Deeper values are cut off: what nests without end must not end us. */
const MOST_DEPTH = 8;

/** OTLP's `AnyValue` as plain data. */
function plainOf(value: JsonObject, depth: number): Json {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (typeof stringValue === "string") return stringValue;
  if (typeof boolValue === "boolean") return boolValue;
  if (intValue !== undefined) return Number(intValue);
  if (doubleValue !== undefined) return Number(doubleValue);
  if (depth >= MOST_DEPTH) return null;
  if (isObject(arrayValue)) return elementsOf(arrayValue).map((one) => plainOf(one, depth + 1));
  if (isObject(kvlistValue)) {
    const pairs = elementsOf(kvlistValue).filter(({ value: inner }) => isObject(inner));
    return Object.fromEntries(
      pairs.map((pair) => [textOf(pair["key"], MOST_NAME), plainOf(pair["value"] as JsonObject, depth + 1)]),
    );
  }
  return typeof bytesValue === "string" ? bytesValue : null;
}

const elementsOf = ({ values }: JsonObject): readonly JsonObject[] => objects(values).slice(0, MOST_ELEMENTS);

const textOf = (value: Json | undefined, most: number): string =>
  typeof value === "string" ? value.slice(0, most) : "";

const textOrNull = (value: AttributeValue | Json | undefined): string | null =>
  typeof value === "string" && value !== "" ? value.slice(0, MOST_NAME) : null;
