import type { Randomness } from "./randomness.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";

/** What a simulated answer does wrong. The first seven have a probability in the settings; all can be asked for. */
export const FAULTS = [
  "rateLimited",
  "serverError",
  "hang",
  "cut",
  "stall",
  "malformed",
  "refusal",
  /** 200 with a web page. */
  "html",
  /** A connection reset before any byte. */
  "reset",
  /** An error event inside a stream that began well. */
  "errorEvent",
  /** A stream that ends properly but without `[DONE]`. */
  "missingDone",
  /** 400 `context_length_exceeded`. */
  "contextLength",
  /** 400 `content_policy_violation`. */
  "contentPolicy",
  /** 401 that repeats the key it got. */
  "unauthorized",
  /** Nothing in it. */
  "empty",
  /** Half of it, with the reason `length`. */
  "cutShort",
  /** Words around the JSON. */
  "badJson",
  /** JSON that fits no schema. */
  "badSchema",
  /** A tool that was not offered. */
  "wrongTool",
  /** Arguments that fit no schema. */
  "badArguments",
] as const;

/** Name of a fault. */
export type Fault = (typeof FAULTS)[number];

const DRAWN = ["rateLimited", "serverError", "hang", "cut", "stall", "malformed", "refusal"] as const;

/** Draws whether and how a call fails; always takes one draw. */
export function drawFault(failures: SimulatedModelSettings["failures"], random: Randomness): Fault | null {
  let rest = random.unit();
  for (const fault of DRAWN) {
    rest -= failures[fault];
    if (rest < 0) return fault;
  }
  return null;
}

/** A fault that a request asks for, and for how many requests of the same text it holds. */
export interface AskedFault {
  readonly fault: Fault;
  readonly times: number;
}

const MARK = "simulate:";
const LONGEST = 200;

/**
 * Reads `simulate: cut` as a whole user message. `simulate: cut 2` holds for the first two requests with
 * this very text, words after it make the text one's own: `simulate: cut 1 of-this-test`. Case, spaces,
 * hyphens and underscores in a name do not count (`rate-limited` is `rateLimited`).
 */
export function faultInText(text: string): AskedFault | null {
  if (!text.startsWith(MARK) || text.length > LONGEST) return null;
  const [name = "", times = ""] = text.slice(MARK.length).trim().split(" ");
  const fault = faultNamed(name);
  if (fault === null) return null;
  return { fault, times: /^\d{1,6}$/.test(times) ? Number(times) : Number.POSITIVE_INFINITY };
}

/** Splits `steady-2026-03-01!cut` into the model and the fault asked for. */
export function faultInModel(model: string): { readonly model: string; readonly fault: Fault | null } {
  const mark = model.lastIndexOf("!");
  const fault = mark < 0 ? null : faultNamed(model.slice(mark + 1));
  return fault === null ? { model, fault } : { model: model.slice(0, mark), fault };
}

const plain = (name: string): string => name.replace(/[-_]/g, "").toLowerCase();
const BY_NAME: ReadonlyMap<string, Fault> = new Map(FAULTS.map((fault) => [plain(fault), fault]));

const faultNamed = (name: string): Fault | null => BY_NAME.get(plain(name)) ?? null;
