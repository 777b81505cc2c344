import type { z } from "zod";
import { listCalls, showCall } from "../contract/calls.ts";
import type { callView } from "../contract/calls.ts";
import { ask, CliError, send } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { signedUsd } from "./signed-usd.ts";

/** `rollward calls list|show|replay`. */
export const calls: AddCommand = (program, line) => {
  const group = program.command("calls").description("recorded calls");
  group
    .command("list [endpoint]")
    .description("calls, newest first")
    .option("--arm <arm>", "stable or candidate")
    .option("--outcome <outcome>", "ok, failed or abandoned")
    .option("--session <id>", "calls of one session")
    .option("-n, --limit <count>", "how many", "20")
    .action(async (endpoint: string | undefined, options: Record<string, string | undefined>) => {
      const { data } = await ask(line.connection(), listCalls, { query: { endpoint, ...options }, written: WRITTEN });
      line.say(line.json() ? JSON.stringify(data) : formatTable([HEADING, ...data.map(rowOf)]));
    });
  group
    .command("show <call>")
    .description("one call: what served it, every attempt, cost and bytes")
    .action(async (id: string) => {
      const call = await ask(line.connection(), showCall, { params: { call: id } });
      line.say(line.json() ? JSON.stringify(call) : textOf(call));
    });
  group
    .command("replay <call>")
    .description("sends the recorded request again and shows the answer")
    .action((id: string) => replay(line, id));
};

const WRITTEN = {
  endpoint: "The argument",
  arm: "--arm",
  outcome: "--outcome",
  session: "--session",
  limit: "--limit",
};

const HEADING = ["call", "at", "release", "arm", "tier", "status", "ms", "usd", "outcome"];

const rowOf = (call: z.output<typeof callView>): string[] => [
  call.id,
  call.at,
  call.release ?? call.requested_model,
  call.arm ?? (call.backtest === undefined ? "–" : "backtest"),
  call.tier ?? "–",
  String(call.status),
  call.total_ms.toFixed(0),
  call.units?.priced === false ? "cost unknown" : usd(call.cost_pico),
  call.error === null ? call.outcome : `${call.outcome}: ${call.error}`,
];

/** Pico-dollars as dollars with six decimals, for people. */
const usd = (pico: string): string => `$${(Number(BigInt(pico)) / 1e12).toFixed(6)}`;

function textOf(call: z.output<typeof showCall.answer>): string {
  const stages = call.stages.map(
    ({ stage, start_ms, end_ms }) => `  ${stage.padEnd(14)}${(end_ms - start_ms).toFixed(2)} ms`,
  );
  const attempts = call.attempts.map(attemptText);
  const { bodies } = call;
  return [
    rowOf(call).join("  "),
    ...(call.backtest === undefined ? [] : [`replays ${call.backtest.replays} for ${call.backtest.id}`]),
    "",
    "stages",
    ...stages,
    "attempts",
    ...attempts,
    ...cacheText(call.cache),
    ...promptCacheText(call.prompt_cache),
    ...contextText(call.context),
    ...findingsText(call.findings),
    ...routingText(call.routing),
    ...section("request", bodies.request),
    ...(call.attempts.every(({ end }) => end === "skipped")
      ? ["upstream request: nobody was asked"]
      : section("upstream request", bodies.upstream)),
    ...section("answer", bodies.answer),
  ].join("\n");
}

function routingText(routing: z.output<typeof callView>["routing"]): readonly string[] {
  if (routing === undefined) return [];
  const { strategy, asked, served, why, escalations, judgements } = routing;
  return [
    "routing",
    `  ${strategy}: ${asked} (${why})${served === asked ? "" : `, answered by ${served ?? "a model without a route"}`}`,
    ...escalations.map(({ from, to, because }) => `  ${from} → ${to}: ${because}`),
    ...judgements.map(
      ({ model, mark, trouble, cost_pico }) =>
        `  judged by ${model}: ${mark ?? trouble ?? "no mark"}  ${usd(cost_pico)}`,
    ),
  ];
}

function attemptText(one: z.output<typeof showCall.answer>["attempts"][number]): string {
  const place = `${one.provider}/${one.model}${one.key === null ? "" : ` key ${one.key}`}`;
  const took = `${(one.end_ms - one.start_ms).toFixed(0)} ms`;
  const ending = one.error?.message ?? (one.end === "lost" ? "another was faster" : "ok");
  return `  ${[place, one.reason ?? "", one.status ?? "no answer", took, ending].filter((part) => part !== "").join("  ")}`;
}

function promptCacheText(fact: z.output<typeof callView>["prompt_cache"]): readonly string[] {
  if (fact === undefined) return [];
  const { marks, read_tokens: read, written_tokens: written, saved_pico: saved } = fact;
  return ["prompt cache", `  ${read} tokens read, ${written} written, ${marks} marks set, saved ${signedUsd(saved)}`];
}

function cacheText(cache: z.output<typeof callView>["cache"]): readonly string[] {
  if (cache === undefined) return [];
  const { status, bypassed, kept, waited_ms, source } = cache;
  const parts = [
    `${status}${bypassed === null ? "" : ` (${bypassed})`}`,
    kept === null ? "" : `kept: ${kept}`,
    waited_ms === 0 ? "" : `waited ${waited_ms.toFixed(0)} ms`,
    source === null
      ? ""
      : `from ${source.call}, ${(source.age_ms / 1000).toFixed(0)} s old, saved ${usd(source.saved_pico)}`,
  ];
  return ["cache", `  ${parts.filter((part) => part !== "").join("; ")}`, ...semanticText(cache.semantic)];
}

function semanticText(semantic: NonNullable<z.output<typeof callView>["cache"]>["semantic"]): readonly string[] {
  if (semantic === undefined) return [];
  const { outcome, similarity, score, verdict, trouble, call } = semantic;
  const parts = [
    `meaning: ${outcome}`,
    similarity === null ? "" : `similarity ${similarity.toFixed(3)}`,
    score === null ? "" : `score ${score.toFixed(3)}`,
    call === null ? "" : `nearest ${call}`,
    verdict === null ? "" : `judged ${verdict}`,
    trouble ?? "",
  ];
  return [`  ${parts.filter((part) => part !== "").join("; ")}`];
}

function contextText(context: z.output<typeof callView>["context"]): readonly string[] {
  if (context === undefined) return [];
  const {
    done,
    tokens,
    is_estimate,
    window_tokens,
    reserved_tokens,
    cut_messages,
    cut_tokens,
    cut_from,
    cut_to,
    summary_pico,
    trouble,
  } = context;
  const paid = summary_pico === undefined ? "" : `; the summary cost ${usd(summary_pico)}`;
  const counted = `${is_estimate ? "about " : ""}${tokens} tokens and ${reserved_tokens} for the answer, of ${window_tokens}`;
  const where = cut_from === undefined ? "" : ` (${cut_from} to ${cut_to})`;
  const cut = cut_messages === 0 ? "" : `; left out ${cut_messages} messages with ${cut_tokens} tokens${where}`;
  return ["context", `  ${done}: ${counted}${cut}${paid}${trouble === undefined ? "" : `; ${trouble}`}`];
}

function findingsText(findings: z.output<typeof callView>["findings"]): string[] {
  if (findings.length === 0) return [];
  const lines = findings.map(
    ({ check, detail, at, attempt, action }) =>
      `  ${check.padEnd(18)}${detail}${at === null || at === "" ? "" : ` at ${at}`}  (attempt ${attempt + 1}, ${action})`,
  );
  return ["findings", ...lines];
}

function section(title: string, body: { text?: string | undefined; bytes: number } | null): string[] {
  if (body === null) return [`${title}: not kept`];
  return [`${title} (${body.bytes} bytes)`, body.text ?? "(not text)"];
}

/** Where the dialects are spoken whose requests are one document. */
const ADDRESSES: Readonly<Record<string, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
  "openai-embeddings": "/v1/embeddings",
  "openai-completions": "/v1/completions",
  "openai-moderations": "/v1/moderations",
};

async function replay(line: CommandLine, id: string): Promise<void> {
  const call = await ask(line.connection(), showCall, { params: { call: id } });
  const body = call.bodies.request?.text;
  if (body === undefined) throw new CliError(`The bytes of ${id} were not kept, so it cannot be sent again.`);
  const path = ADDRESSES[call.dialect];
  if (path === undefined)
    throw new CliError(`A call in ${call.dialect} is not a document alone, so it cannot be sent again.`);
  const response = await send(line.connection(), { method: "POST", path, body });
  const answer = await response.text();
  const served = response.headers.get("x-rollward-release") ?? call.requested_model;
  const again = response.headers.get("x-rollward-call") ?? "";
  line.say(
    line.json()
      ? JSON.stringify({ status: response.status, call: again, answer })
      : `${again}  ${served}  ${response.status}\n${answer}`,
  );
  if (!response.ok) line.exitWith(1);
}
