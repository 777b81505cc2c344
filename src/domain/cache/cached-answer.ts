import type { AssistantPart, FinishReason } from "../call/canonical.ts";
import type { Json } from "../json.ts";
import type { MeteredUsage } from "../money/price.ts";
import { isObject, objectIn } from "../object-in.ts";

/**
 * One whole answer, in no dialect's form: what every dialect's encoder makes a document or a stream of. The form is
 * versioned by its `format`; an entry of another version reads as none.
 */
export interface CachedAnswer {
  readonly format: "rollward.answer/1";
  /** The key that it lies under: an entry that was moved or copied elsewhere is not believed. */
  readonly key: string;
  /** The call that it was made for. */
  readonly callId: string;
  /** When it was stored, epoch milliseconds. */
  readonly at: number;
  /** As the provider named the model in its answer. */
  readonly model: string;
  /** In the order in which they came. */
  readonly parts: readonly AssistantPart[];
  readonly finishReason: FinishReason;
  /** The text at which the model was told to stop, where it was told. */
  readonly stopSequence: string | null;
  /** Of the attempt that made the answer. */
  readonly usage: MeteredUsage | null;
  /** What that call cost in all, pico-dollars: what is saved each time. */
  readonly costPico: bigint;
  /** Binds it to the question that it may also be found by; absent where it may not (see `meaningSeal`). */
  readonly meaning?: string;
}

const FORMAT = "rollward.answer/1";

const FINISHED: ReadonlySet<unknown> = new Set<FinishReason>(["stop", "tool_calls"]);

/** The entry as text. */
export function writeAnswer(answer: CachedAnswer): string {
  return JSON.stringify({ ...answer, costPico: answer.costPico.toString() });
}

/**
 * Reads what `writeAnswer` wrote under a key; `null` for anything else, be it of another version, damaged, or put
 * there by somebody else: a poisoned entry must not become an answer, nor an error.
 */
export function readAnswer(text: string, key: string): CachedAnswer | null {
  const entry = objectIn(text);
  if (entry?.["format"] !== FORMAT || entry["key"] !== key) return null;
  const { callId, at, model, parts, finishReason, stopSequence, usage, costPico, meaning } = entry;
  if (typeof callId !== "string" || !isTime(at) || typeof model !== "string") return null;
  if (!Array.isArray(parts) || parts.length === 0 || !parts.every(isPart) || !FINISHED.has(finishReason)) return null;
  if (stopSequence !== null && typeof stopSequence !== "string") return null;
  if (usage !== null && !isUsage(usage)) return null;
  if (typeof costPico !== "string" || !/^\d{1,30}$/.test(costPico)) return null;
  return {
    format: FORMAT,
    key,
    callId,
    at,
    model,
    parts: parts as unknown as readonly AssistantPart[],
    finishReason: finishReason as FinishReason,
    stopSequence,
    usage: usage as unknown as MeteredUsage | null,
    costPico: BigInt(costPico),
    ...(typeof meaning === "string" && { meaning }),
  };
}

const isTime = (value: Json | undefined): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isText = (value: Json | undefined): value is string => typeof value === "string";

const isTextOrNull = (value: Json | undefined): boolean => value === null || isText(value);

function isPart(part: Json): boolean {
  if (!isObject(part)) return false;
  switch (part["type"]) {
    case "text":
    case "refusal":
      return isText(part["text"]);
    case "reasoning":
      return isTextOrNull(part["text"]) && isTextOrNull(part["signature"]) && isTextOrNull(part["data"]);
    case "tool-call":
      return isText(part["id"]) && isText(part["name"]) && isText(part["arguments"]);
    default:
      return false;
  }
}

const CLASSES = ["input", "cachedInput", "cacheWrite", "output", "reasoning"];

const isUsage = (usage: Json | undefined): boolean =>
  isObject(usage) && CLASSES.every((name) => isTime(usage[name])) && typeof usage["estimated"] === "boolean";
