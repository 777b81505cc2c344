/**
 * The parts of `node-llama-cpp` 3 that are used. The package is optional, so its own types are not at hand.
 */
export interface LlamaLibrary {
  getLlama(options: {
    readonly logLevel: "error";
    readonly maxThreads?: number;
    readonly build: "never";
  }): Promise<Llama>;
  readonly LlamaChat: new (options: { readonly contextSequence: LlamaSequence }) => LlamaChat;
}

/** The native library. */
export interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  getGrammarFor(type: "json"): Promise<object>;
  createGrammarForJsonSchema(schema: object): Promise<object>;
}

/** A loaded file. */
export interface LlamaModel {
  readonly tokenizer: object;
  createContext(options: {
    readonly contextSize: number;
    readonly sequences: number;
    readonly threads?: number;
  }): Promise<LlamaContext>;
}

/** The memory of all calls at a time. */
export interface LlamaContext {
  readonly contextSize: number;
  getSequence(): LlamaSequence;
}

/** The memory of one call; `tokenMeter` counts what was evaluated. */
export interface LlamaSequence {
  readonly nextTokenIndex: number;
}

/** One item of a conversation in the library's form. */
export type LlamaHistoryItem =
  | { readonly type: "system" | "user"; readonly text: string }
  | { readonly type: "model"; readonly response: readonly string[] };

/** A piece of an answer. */
export interface LlamaChunk {
  readonly segmentType?: string | undefined;
  readonly text: string;
  readonly tokens: readonly unknown[];
}

/** A conversation with a model. */
export interface LlamaChat {
  readonly chatWrapper: {
    generateContextState(options: { readonly chatHistory: readonly LlamaHistoryItem[] }): {
      readonly contextText: { tokenize(tokenizer: object): readonly unknown[] };
    };
  };
  generateResponse(
    history: readonly LlamaHistoryItem[],
    options: LlamaResponseOptions,
  ): Promise<{
    readonly metadata: { readonly stopReason: string; readonly customStopTrigger?: readonly unknown[] };
  }>;
}

/** How an answer is made. */
export interface LlamaResponseOptions {
  readonly onResponseChunk: (chunk: LlamaChunk) => void;
  readonly signal: AbortSignal;
  readonly stopOnAbortSignal: true;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly customStopTriggers?: readonly string[];
  readonly grammar?: object;
  readonly repeatPenalty:
    | false
    | { readonly penalty: 1; readonly presencePenalty: number; readonly frequencyPenalty: number };
  readonly budgets?: { readonly thoughtTokens: number };
}
