import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { CLIENTS, WIRE_NAMES, goldenNames, goldenText } from "../golden/wire-answers.ts";

/** What an answer says, as a person reads it off the provider's bytes. */
interface Meaning {
  readonly text: string;
  readonly thought: string;
  readonly refusal: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly finish: string;
  readonly usage: Readonly<Record<"input" | "cached" | "written" | "output" | "thought", number>>;
}

/** A `fetch` of a server that has only this answer. */
const serving = (file: string) => (): Promise<Response> =>
  Promise.resolve(
    new Response(goldenText(file), {
      headers: { "content-type": file.endsWith(".json") ? "application/json" : "text/event-stream" },
    }),
  );

const openAi = (file: string): OpenAI => new OpenAI({ apiKey: "k", maxRetries: 0, fetch: serving(file) });

const anthropic = (file: string): Anthropic => new Anthropic({ apiKey: "k", maxRetries: 0, fetch: serving(file) });

/** Not OpenAI's own member, so its SDK has no type for it. */
const thoughtIn = (said: object): string => {
  const thought = "reasoning_content" in said ? said.reasoning_content : null;
  return typeof thought === "string" ? thought : "";
};

async function chat(file: string): Promise<Meaning> {
  const ask = { model: "m", messages: [{ role: "user" as const, content: "?" }] };
  let thought = "";
  let completion: OpenAI.ChatCompletion;
  if (file.endsWith(".json")) completion = await openAi(file).chat.completions.create(ask);
  else {
    const stream = openAi(file).chat.completions.stream({ ...ask, stream_options: { include_usage: true } });
    stream.on("chunk", ({ choices }) => (thought += thoughtIn(choices[0]?.delta ?? {})));
    completion = await stream.finalChatCompletion();
  }
  const [choice] = completion.choices;
  const message = choice?.message;
  const { usage } = completion;
  const read = usage?.prompt_tokens_details ?? {};
  const cached = read.cached_tokens ?? 0;
  const written = "cache_write_tokens" in read ? (read.cache_write_tokens ?? 0) : 0;
  const reasoned = usage?.completion_tokens_details?.reasoning_tokens ?? 0;
  return {
    text: message?.content ?? "",
    thought: file.endsWith(".json") ? thoughtIn(message ?? {}) : thought,
    refusal: message?.refusal ?? "",
    calls: (message?.tool_calls ?? []).flatMap((call) =>
      call.type === "function"
        ? [{ name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown }]
        : [],
    ),
    finish:
      { tool_calls: "tools", content_filter: "filter" }[String(choice?.finish_reason)] ?? choice?.finish_reason ?? "",
    usage: {
      input: (usage?.prompt_tokens ?? 0) - cached - written,
      cached,
      written,
      output: (usage?.completion_tokens ?? 0) - reasoned,
      thought: reasoned,
    },
  };
}

/** The pieces of a streamed completion, joined. */
async function completions(file: string): Promise<Meaning> {
  const ask = { model: "m", prompt: "?" };
  const pieces: OpenAI.Completion[] = [];
  if (file.endsWith(".json")) pieces.push(await openAi(file).completions.create(ask));
  else for await (const piece of await openAi(file).completions.create({ ...ask, stream: true })) pieces.push(piece);
  const choices = pieces.flatMap((piece) => piece.choices);
  const usage = pieces.findLast((piece) => piece.usage != null)?.usage;
  const read = usage?.prompt_tokens_details ?? {};
  const cached = read.cached_tokens ?? 0;
  const written = "cache_write_tokens" in read ? (read.cache_write_tokens ?? 0) : 0;
  const reasoned = usage?.completion_tokens_details?.reasoning_tokens ?? 0;
  const finish = choices.at(-1)?.finish_reason ?? "";
  return {
    text: choices.map(({ text }) => text).join(""),
    thought: choices.map(thoughtIn).join(""),
    refusal: "",
    calls: [],
    finish: finish === "content_filter" ? "filter" : finish,
    usage: {
      input: (usage?.prompt_tokens ?? 0) - cached - written,
      cached,
      written,
      output: (usage?.completion_tokens ?? 0) - reasoned,
      thought: reasoned,
    },
  };
}

const SHORT: Readonly<Record<string, string>> = { max_output_tokens: "length", content_filter: "filter" };

async function responses(file: string): Promise<Meaning> {
  const ask = { model: "m", input: "?" };
  const response = file.endsWith(".json")
    ? await openAi(file).responses.create(ask)
    : await openAi(file).responses.stream(ask).finalResponse();
  const parts = response.output.flatMap((item) => (item.type === "message" ? item.content : []));
  const calls = response.output.flatMap((item) =>
    item.type === "function_call" ? [{ name: item.name, arguments: JSON.parse(item.arguments) as unknown }] : [],
  );
  const { usage } = response;
  const cached = usage?.input_tokens_details.cached_tokens ?? 0;
  const written = usage?.input_tokens_details.cache_write_tokens ?? 0;
  const reasoned = usage?.output_tokens_details.reasoning_tokens ?? 0;
  const reason = SHORT[response.incomplete_details?.reason ?? ""];
  return {
    text: parts.map((part) => (part.type === "output_text" ? part.text : "")).join(""),
    thought: response.output
      .flatMap((item) => (item.type === "reasoning" ? item.summary.map(({ text }) => text) : []))
      .join(""),
    refusal: parts.map((part) => (part.type === "refusal" ? part.refusal : "")).join(""),
    calls,
    finish: reason ?? (calls.length > 0 ? "tools" : response.status === "completed" ? "stop" : "?"),
    usage: {
      input: (usage?.input_tokens ?? 0) - cached - written,
      cached,
      written,
      output: (usage?.output_tokens ?? 0) - reasoned,
      thought: reasoned,
    },
  };
}

const STOPS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  tool_use: "tools",
  refusal: "filter",
};

async function messages(file: string): Promise<Meaning> {
  const ask = { model: "m", max_tokens: 99, messages: [{ role: "user" as const, content: "?" }] };
  const message = file.endsWith(".json")
    ? await anthropic(file).messages.create(ask)
    : await anthropic(file).messages.stream(ask).finalMessage();
  const { usage } = message;
  const reasoned = usage.output_tokens_details?.thinking_tokens ?? 0;
  return {
    text: message.content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    thought: message.content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
    refusal: "",
    calls: message.content.flatMap((block) =>
      block.type === "tool_use" ? [{ name: block.name, arguments: block.input }] : [],
    ),
    finish: STOPS[message.stop_reason ?? ""] ?? "?",
    usage: {
      input: usage.input_tokens,
      cached: usage.cache_read_input_tokens ?? 0,
      written: usage.cache_creation_input_tokens ?? 0,
      output: usage.output_tokens - reasoned,
      thought: reasoned,
    },
  };
}

const READERS: Readonly<Record<string, (file: string) => Promise<Meaning>>> = {
  "openai-chat": chat,
  "openai-completions": completions,
  "openai-responses": responses,
  "anthropic-messages": messages,
};

/** These have no refusal beside their text: the reason says so. */
const REFUSES_IN_TEXT = ["anthropic-messages", "openai-completions"];

const asSaidIn = (client: string, meaning: Meaning): Meaning =>
  !REFUSES_IN_TEXT.includes(client) || meaning.refusal === ""
    ? meaning
    : { ...meaning, text: meaning.text + meaning.refusal, refusal: "", finish: "filter" };

/** A completion has no place for calls: a whole answer is an error body, a stream one that the SDK throws. */
async function expectNoText(file: string): Promise<void> {
  const fault = { error: { code: "provider_bad_answer" } };
  if (file.endsWith(".json")) expect(JSON.parse(goldenText(file))).toMatchObject(fault);
  else await expect(completions(file)).rejects.toMatchObject(fault);
}

const pairs = CLIENTS.flatMap((client) =>
  WIRE_NAMES.flatMap((wire) => (client === wire ? [] : [{ client, wire, answers: `${client}--${wire}/answers` }])),
);

describe.each(pairs)("the official SDK of $client, given what $wire's answers become,", ({ client, wire, answers }) => {
  it.each(goldenNames(answers))("reads what the provider said: %s", async (file) => {
    const meaning = JSON.parse(goldenText(`means/${wire}/${file.replace(/\.\w+$/, ".json")}`)) as Meaning;
    const read = READERS[client];
    if (read === undefined) throw new Error(`Nobody reads ${client}.`);
    if (client === "openai-completions" && meaning.calls.length > 0) return expectNoText(`${answers}/${file}`);
    expect(await read(`${answers}/${file}`)).toEqual(asSaidIn(client, meaning));
  });
});
