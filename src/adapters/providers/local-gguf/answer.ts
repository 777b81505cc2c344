import type { FinishReason } from "../../../domain/call/canonical.ts";
import type { Llama, LlamaChat, LlamaHistoryItem, LlamaResponseOptions } from "./llama-library.ts";
import type { GgufNews, GgufQuestion, GgufTrouble } from "./question.ts";
import type { LlamaModel } from "./llama-library.ts";

/** What an answer is made with. */
export interface AnswerTerms {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly chat: LlamaChat;
  /** Tokens of context of one call. */
  readonly contextTokens: number;
  readonly signal: AbortSignal;
  tell(news: GgufNews): void;
}

/** Why there is no answer. */
export class NoAnswer extends Error {
  readonly trouble: GgufTrouble;

  constructor(trouble: GgufTrouble) {
    super(trouble.code);
    this.trouble = trouble;
  }
}

/** Tokens kept free at the end of the context, where the library would begin to forget the beginning. */
const RESERVE = 8;

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  eogToken: "stop",
  stopGenerationTrigger: "stop",
  customStopTrigger: "stop",
  maxTokens: "length",
};

/** Answers one question and tells its pieces as they come; throws `NoAnswer`. Nothing is told after an abort. */
export async function answerQuestion(id: number, question: GgufQuestion, terms: AnswerTerms): Promise<void> {
  const { chat, model, signal, contextTokens } = terms;
  const history = historyOf(question);
  const asked = [...history, { type: "model", response: [] } as const];
  const input = chat.chatWrapper
    .generateContextState({ chatHistory: asked })
    .contextText.tokenize(model.tokenizer).length;
  // The library would forget the beginning of the conversation without a word.
  const room = contextTokens - RESERVE - input;
  if (room < 1) throw new NoAnswer({ code: "overflow", tokens: input, contextTokens });
  const grammar = await grammarOf(question, terms.llama);
  const counts = { text: 0, thought: 0 };
  const { metadata } = await chat.generateResponse(asked, {
    ...samplingOf(question),
    ...(grammar !== null && { grammar }),
    signal,
    stopOnAbortSignal: true,
    maxTokens: Math.min(question.maxTokens ?? room, room),
    onResponseChunk({ segmentType, text, tokens }) {
      const type = segmentType === undefined ? "text" : "thought";
      counts[type] += tokens.length;
      if (text !== "" && !signal.aborted) terms.tell({ type, id, text });
    },
  });
  if (signal.aborted) return;
  const trigger = metadata.customStopTrigger?.filter((one) => typeof one === "string").join("") ?? "";
  terms.tell({
    type: "end",
    id,
    finishReason: FINISH_REASONS[metadata.stopReason] ?? "other",
    stopSequence: trigger === "" ? null : trigger,
    usage: { input, cachedInput: 0, output: counts.text, reasoning: counts.thought },
  });
}

const historyOf = ({ messages }: GgufQuestion): readonly LlamaHistoryItem[] =>
  messages.map(({ role, text }) => (role === "model" ? { type: role, response: [text] } : { type: role, text }));

async function grammarOf({ form }: GgufQuestion, llama: Llama): Promise<object | null> {
  if (form === null) return null;
  try {
    return await (form === "json" ? llama.getGrammarFor("json") : llama.createGrammarForJsonSchema(form));
  } catch {
    throw new NoAnswer({ code: "form" });
  }
}

function samplingOf(
  question: GgufQuestion,
): Omit<LlamaResponseOptions, "onResponseChunk" | "signal" | "stopOnAbortSignal" | "maxTokens"> {
  const { temperature, topP, topK, seed, stop, presencePenalty, frequencyPenalty, reasoningTokens } = question;
  const isPenal = presencePenalty !== null || frequencyPenalty !== null;
  return {
    temperature,
    ...(topP !== null && { topP }),
    ...(topK !== null && { topK }),
    ...(seed !== null && { seed }),
    ...(stop.length > 0 && { customStopTriggers: stop }),
    repeatPenalty: isPenal
      ? { penalty: 1, presencePenalty: presencePenalty ?? 0, frequencyPenalty: frequencyPenalty ?? 0 }
      : false,
    ...(reasoningTokens !== null && { budgets: { thoughtTokens: reasoningTokens } }),
  };
}
