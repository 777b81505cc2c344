import type { AssistantPart, CallEvent, FinishReason, ReasoningOrigin } from "../call/canonical.ts";

/** What the events of one answer come to. */
export interface GatheredAnswer {
  readonly model: string;
  /** In the order in which they began; text that came in pieces is one part. */
  readonly parts: readonly AssistantPart[];
  /** `null` when the answer has no end: it is not whole. */
  readonly finishReason: FinishReason | null;
  readonly stopSequence: string | null;
  readonly hasLogprobs: boolean;
}

type Growing =
  | { readonly type: "text" | "refusal"; text: string }
  | {
      readonly type: "reasoning";
      text: string | null;
      signature: string | null;
      data: string | null;
      origin?: ReasoningOrigin;
      isOpen: boolean;
    }
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; arguments: string };

/** Gathers the events of an answer into its parts. */
export function gatherParts(events: Iterable<CallEvent>): GatheredAnswer {
  const parts = new PartsUnderWay();
  let model = "";
  let finishReason: FinishReason | null = null;
  let stopSequence: string | null = null;
  let hasLogprobs = false;
  for (const event of events) {
    if (event.type === "answer-start") model = event.model;
    else if (event.type === "logprobs") hasLogprobs = true;
    else if (event.type === "end") {
      finishReason = event.finishReason;
      stopSequence = event.stopSequence ?? null;
    } else parts.add(event);
  }
  return { model, parts: parts.finished(), finishReason, stopSequence, hasLogprobs };
}

class PartsUnderWay {
  readonly #parts: Growing[] = [];
  readonly #calls = new Map<number, Extract<Growing, { type: "tool-call" }>>();

  add(event: CallEvent): void {
    switch (event.type) {
      case "text-delta":
        return this.#say("text", event.text);
      case "refusal-delta":
        return this.#say("refusal", event.text);
      case "reasoning-delta":
        return this.#think(event.text);
      case "reasoning-end":
        return this.#endThought(event);
      case "tool-call-start": {
        const call = { type: "tool-call" as const, id: event.id, name: event.name, arguments: "" };
        this.#calls.set(event.index, call);
        this.#parts.push(call);
        return;
      }
      case "tool-call-delta": {
        const call = this.#calls.get(event.index);
        if (call !== undefined) call.arguments += event.argumentsDelta;
        return;
      }
      default:
    }
  }

  finished(): readonly AssistantPart[] {
    return this.#parts.map((part): AssistantPart => {
      if (part.type !== "reasoning") return { ...part };
      const { isOpen: _, ...thought } = part;
      return thought;
    });
  }

  #say(type: "text" | "refusal", text: string): void {
    const last = this.#parts.at(-1);
    if (last?.type === type) last.text += text;
    else this.#parts.push({ type, text });
  }

  #think(text: string): void {
    const last = this.#parts.at(-1);
    if (last?.type === "reasoning" && last.isOpen) last.text = (last.text ?? "") + text;
    else this.#parts.push({ type: "reasoning", text, signature: null, data: null, isOpen: true });
  }

  #endThought({ signature, data, origin }: Extract<CallEvent, { type: "reasoning-end" }>): void {
    const last = this.#parts.at(-1);
    if (last?.type === "reasoning" && last.isOpen) {
      last.signature = signature;
      last.data = data;
      if (origin !== undefined) last.origin = origin;
      last.isOpen = false;
    } else if (signature !== null || data !== null) {
      this.#parts.push({
        type: "reasoning",
        text: null,
        signature,
        data,
        ...(origin !== undefined && { origin }),
        isOpen: false,
      });
    }
  }
}
