import type { JsonObject } from "../json.ts";
import { answerContent, requestContent } from "./exchange-content.ts";
import { isObject, objectIn } from "../object-in.ts";
import { texts } from "./json-objects.ts";
import type { AttributeValue } from "./trace-span.ts";
import type { SemanticKey } from "./semantic-names.ts";

/** Attributes by what they mean. */
export type KnownFacts = Partial<Record<SemanticKey, AttributeValue>>;

/** What the bytes of a call say that its facts do not. */
export interface ExchangeFacts {
  /** Of the request as providers got it. */
  readonly asked: KnownFacts;
  /** Of the answer as the client got it. */
  readonly answered: KnownFacts;
  /** Of the request's bytes as the client sent them, 64 hex digits. */
  readonly requestSha256: string | null;
}

/** The bytes of a call as text; `null` what was not kept or is too long to be read. */
export interface ExchangeTexts {
  readonly dialect: string;
  readonly asked: string | null;
  readonly answer: string | null;
  /** Whether prompts and answers are wanted. */
  readonly wantsContent: boolean;
}

/** Reads parameters, and content where it is wanted, from the bytes of a call in any of our dialects. Never throws. */
export function readExchange({
  dialect,
  asked,
  answer,
  wantsContent,
}: ExchangeTexts): Omit<ExchangeFacts, "requestSha256"> {
  const request = asked === null ? null : objectIn(asked);
  const documents = answer === null ? [] : documentsIn(answer);
  return {
    asked: request === null ? {} : { ...parametersOf(request, dialect), ...(wantsContent && requestContent(request)) },
    answered: { ...identityOf(documents), ...(wantsContent && answerContent(documents)) },
  };
}

/** Parameters by the names that the dialects have for them. */
const NUMBERS: readonly (readonly [SemanticKey, readonly string[]])[] = [
  ["temperature", ["temperature"]],
  ["topP", ["top_p"]],
  ["topK", ["top_k"]],
  ["maxTokens", ["max_completion_tokens", "max_output_tokens", "max_tokens"]],
  ["frequencyPenalty", ["frequency_penalty"]],
  ["presencePenalty", ["presence_penalty"]],
  ["seed", ["seed"]],
];

const MOST_STOPS = 16;

function parametersOf(request: JsonObject, dialect: string): KnownFacts {
  const known: KnownFacts = {};
  for (const [key, names] of NUMBERS) {
    const value = names.map((name) => request[name]).find((one) => typeof one === "number");
    if (typeof value === "number") known[key] = value;
  }
  const { n, stop, stop_sequences: sequences, service_tier: tier } = request;
  if (typeof n === "number" && n > 1) known.choiceCount = n;
  const stops = texts(stop ?? sequences).slice(0, MOST_STOPS);
  if (stops.length > 0) known.stopSequences = stops;
  if (typeof tier === "string") known.requestTier = tier.slice(0, 50);
  const type = outputTypeOf(request, dialect);
  if (type !== null) known.outputType = type;
  return known;
}

const JSON_FORMATS: ReadonlySet<string> = new Set(["json_object", "json_schema"]);

function outputTypeOf({ response_format: format, text }: JsonObject, dialect: string): string | null {
  if (dialect === "openai-images") return "image";
  const inText = isObject(text) ? text["format"] : undefined;
  const type = [format, inText]
    .map((one) => (isObject(one) ? one["type"] : undefined))
    .find((one) => typeof one === "string");
  if (typeof type !== "string") return null;
  return JSON_FORMATS.has(type) ? "json" : "text";
}

/** What an answer says of itself: in the document, or in the events of a stream, where later ones may know more. */
function identityOf(documents: readonly JsonObject[]): KnownFacts {
  const known: KnownFacts = {};
  for (const document of documents) {
    // Anthropic and the Responses API wrap it in the event that begins the stream.
    for (const one of [document, document["message"], document["response"]]) {
      if (!isObject(one)) continue;
      const { id, model, system_fingerprint: fingerprint, service_tier: tier } = one;
      if (typeof id === "string" && id !== "") known.responseId ??= id.slice(0, 200);
      if (typeof model === "string" && model !== "") known.responseModel ??= model.slice(0, 200);
      if (typeof fingerprint === "string" && fingerprint !== "") known.fingerprint ??= fingerprint.slice(0, 200);
      if (typeof tier === "string") known.responseTier = tier.slice(0, 50);
    }
  }
  return known;
}

const MOST_EVENTS = 20_000;
const DATA = "data:";

/** The JSON documents of an answer: one, or those of the events of a stream. */
function documentsIn(answer: string): readonly JsonObject[] {
  const whole = answer.startsWith("{") ? objectIn(answer) : null;
  if (whole !== null) return [whole];
  const documents: JsonObject[] = [];
  for (const line of answer.split("\n", MOST_EVENTS)) {
    if (!line.startsWith(DATA)) continue;
    const document = objectIn(line.slice(DATA.length));
    if (document !== null) documents.push(document);
  }
  return documents;
}
