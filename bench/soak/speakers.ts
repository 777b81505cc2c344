import { dataOf, readAnswer } from "../../test/faults/failover/read-answer.ts";

/** What a body says, whatever the dialect. */
export interface Heard {
  readonly text: string;
  /** Whether it said itself that it is over, in the way of its dialect. */
  readonly finished: boolean;
  readonly failed: boolean;
}

/** How a client of one dialect asks and reads. */
export interface Speaker {
  readonly path: string;
  /** Share of the calls, in any unit. */
  readonly weight: number;
  readonly body: (endpoint: string, stream: boolean) => Readonly<Record<string, unknown>>;
  readonly read: (body: Buffer, contentType: string) => Heard;
}

/** Members of the documents and events that a client reads, of both dialects. */
interface Document {
  readonly type?: string;
  readonly status?: string;
  readonly delta?: string | { readonly text?: string; readonly stop_reason?: string };
  readonly content?: readonly { readonly text?: string }[];
  readonly stop_reason?: string | null;
  readonly output?: readonly { readonly content?: readonly { readonly text?: string }[] }[];
  readonly error?: unknown;
}

type Listen = (document: Document) => Partial<Heard>;

const QUESTION = "Say it.";

const chat: Speaker = {
  path: "/v1/chat/completions",
  weight: 3,
  body: (model, stream) => ({ model, stream, messages: [{ role: "user", content: QUESTION }] }),
  read: (body, contentType) => {
    const { text, finishReason, error } = readAnswer(body, contentType);
    return { text, finished: finishReason !== null, failed: error !== null };
  },
};

const responses: Speaker = {
  path: "/v1/responses",
  weight: 1,
  body: (model, stream) => ({ model, stream, store: false, input: QUESTION }),
  read: (body, contentType) => hear(body, contentType, hearResponse),
};

const messages: Speaker = {
  path: "/v1/messages",
  weight: 1,
  body: (model, stream) => ({ model, stream, max_tokens: 4096, messages: [{ role: "user", content: QUESTION }] }),
  read: (body, contentType) => hear(body, contentType, hearMessage),
};

/** The dialects of conversations, so that calls that are translated are under strain too: the provider speaks chat completions. */
export const SPEAKERS: readonly Speaker[] = [chat, responses, messages];

function hear(body: Buffer, contentType: string, listen: Listen): Heard {
  const text = body.toString("utf8");
  const documents = contentType.startsWith("text/event-stream") ? dataOf(text) : [text];
  return documents.reduce<Heard>(
    (heard, document) => {
      const { text: more = "", finished = false, failed = false } = listen(parsed(document));
      return { text: heard.text + more, finished: heard.finished || finished, failed: heard.failed || failed };
    },
    { text: "", finished: false, failed: false },
  );
}

function hearResponse({ type, status, delta, output = [], error }: Document): Partial<Heard> {
  if (type === "response.output_text.delta") return { text: typeof delta === "string" ? delta : "" };
  if (type === "response.completed" || type === "response.incomplete") return { finished: true };
  if (type === "response.failed" || type === "error") return { failed: true };
  if (type?.startsWith("response.")) return {};
  return {
    text: output.flatMap(({ content = [] }) => content.map((part) => part.text ?? "")).join(""),
    finished: status === "completed" || status === "incomplete",
    failed: status === "failed" || (error !== undefined && error !== null),
  };
}

function hearMessage({ type, delta, content = [], stop_reason: stopReason }: Document): Partial<Heard> {
  if (type === "content_block_delta") return { text: typeof delta === "object" ? (delta.text ?? "") : "" };
  if (type === "message_stop") return { finished: true };
  if (type === "error") return { failed: true };
  if (type !== "message") return {};
  return { text: content.map((part) => part.text ?? "").join(""), finished: typeof stopReason === "string" };
}

/** What is no JSON says nothing. */
function parsed(document: string): Document {
  try {
    const value = JSON.parse(document) as Document | string | number | boolean | null;
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
