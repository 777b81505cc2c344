/** What a body says, streamed or whole. */
export interface ReadAnswer {
  readonly text: string;
  readonly finishReason: string | null;
  readonly usage: Readonly<Record<string, unknown>> | null;
  readonly model: string | null;
  readonly error: { readonly code: string | null; readonly message: string } | null;
  readonly sawDone: boolean;
  /** Events, or documents, that are not JSON. */
  readonly malformed: number;
  /** Whether something that looks like success came after an error. */
  readonly contradictory: boolean;
}

interface Wire {
  readonly model?: string;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: Record<string, unknown> | null;
  readonly error?: { readonly code?: string | null; readonly message?: string };
}

/** Reads a chat completion by its content type. It shares nothing with the product's own readers. */
export function readAnswer(body: Buffer, contentType: string): ReadAnswer {
  const text = body.toString("utf8");
  const documents = contentType.startsWith("text/event-stream") ? dataOf(text) : text === "" ? [] : [text];
  const state = { ...NOTHING };
  for (const document of documents) take(state, document);
  return state;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NOTHING: ReadAnswer = {
  text: "",
  finishReason: null,
  usage: null,
  model: null,
  error: null,
  sawDone: false,
  malformed: 0,
  contradictory: false,
};

function take(state: Mutable<ReadAnswer>, document: string): void {
  if (document === "[DONE]") {
    state.sawDone = true;
    state.contradictory ||= state.error !== null;
    return;
  }
  const wire = parsed(document);
  if (wire === null) {
    state.malformed += 1;
    return;
  }
  const [choice] = wire.choices ?? [];
  state.text += choice?.delta?.content ?? choice?.message?.content ?? "";
  state.finishReason = choice?.finish_reason ?? state.finishReason;
  state.usage = wire.usage ?? state.usage;
  state.model = wire.model ?? state.model;
  state.contradictory ||= state.error !== null && choice !== undefined;
  if (wire.error !== undefined) state.error = { code: wire.error.code ?? null, message: wire.error.message ?? "" };
}

function parsed(document: string): Wire | null {
  try {
    const value = JSON.parse(document) as Wire | string | number | boolean | null;
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** The `data` of every server-sent event that has been closed by an empty line. */
export function dataOf(text: string): string[] {
  const events = text.replaceAll("\r\n", "\n").split("\n\n").slice(0, -1);
  return events.flatMap((event) => {
    const lines = event.split("\n").filter((line) => line.startsWith("data:"));
    return lines.length === 0 ? [] : [lines.map((line) => line.slice(5).trimStart()).join("\n")];
  });
}
