import type { CallEvent } from "../../../../domain/call/canonical.ts";
import { CommonFacts } from "../../common-facts.ts";
import { stopReasonOf } from "./stop-reason.ts";

/** The facts of a translated answer, in the API's words. */
export class EncodedFacts extends CommonFacts {
  stopSequence: string | null = null;
  #refused = false;
  readonly #arguments = new Map<number, string>();

  /** Notes one event. An answer whose tool calls have arguments that are no JSON object is no answer of the API. */
  note(event: CallEvent): void {
    this.piece();
    switch (event.type) {
      case "answer-start":
        this.model = event.model;
        break;
      case "refusal-delta":
        this.#refused = true;
        this.visible(event.text);
        break;
      case "text-delta":
        this.visible(event.text);
        break;
      case "reasoning-delta":
        this.thought(event.text);
        break;
      case "tool-call-start":
        this.acts();
        this.#arguments.set(event.index, "");
        break;
      case "tool-call-delta":
        this.visible(event.argumentsDelta);
        this.#arguments.set(event.index, (this.#arguments.get(event.index) ?? "") + event.argumentsDelta);
        break;
      case "usage":
        this.usage = event.usage;
        break;
      case "end":
        this.#finish(event);
        break;
      default:
      // Log-probabilities have no place in the API; the end of a thought says nothing new.
    }
  }

  /** The arguments of a call so far. */
  argumentsOf(index: number): string {
    return this.#arguments.get(index) ?? "";
  }

  #finish({ finishReason, stopSequence }: Extract<CallEvent, { type: "end" }>): void {
    // What was cut off by the limit may well be half of an object; the reason says so.
    const isWhole = finishReason === "length" || [...this.#arguments.values()].every(isObjectText);
    if (!isWhole) return this.fail("provider_bad_answer", "the arguments of a tool call are no JSON object");
    if (this.fault !== null) return;
    const reason = this.#refused && finishReason === "stop" ? "content_filter" : finishReason;
    this.stopSequence = reason === "stop" ? (stopSequence ?? null) : null;
    this.finishReason = stopReasonOf(reason, this.stopSequence);
  }
}

/** Whether the text is a JSON object, or empty, which stands for one. */
export function isObjectText(text: string): boolean {
  if (text === "") return true;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
