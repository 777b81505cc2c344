import type { z } from "zod";
import type { callView, showCall } from "../contract/calls.ts";
import { signedUsd } from "./signed-usd.ts";

const headLine = (call: z.output<typeof callView>): string =>
  [
    call.id,
    call.at,
    call.release ?? call.requested_model,
    call.arm ?? (call.backtest === undefined ? "–" : "backtest"),
    call.tier ?? "–",
    String(call.status),
    call.total_ms.toFixed(0),
    call.units?.priced === false ? "cost unknown" : usd(call.cost_pico),
    outcomeText(call),
  ].join("  ");

/** How a call went; one that failed after its status had gone out says that: the status alone reads as a success. */
export function outcomeText({
  outcome,
  error,
  status,
}: Pick<z.output<typeof callView>, "outcome" | "error" | "status">): string {
  const how = outcome === "failed" && status < 400 ? "failed midway" : outcome;
  return error === null ? how : `${how}: ${error}`;
}

/** Pico-dollars as dollars with six decimals, for people. */
export const usd = (pico: string): string => `$${(Number(BigInt(pico)) / 1e12).toFixed(6)}`;

/** One call for people. */
export function callText(call: z.output<typeof showCall.answer>): string {
  const stages = call.stages.map(
    ({ stage, start_ms, end_ms }) => `  ${stage.padEnd(14)}${(end_ms - start_ms).toFixed(2)} ms`,
  );
  const attempts = call.attempts.map(attemptText);
  const { bodies } = call;
  return [
    headLine(call),
    `trace ${call.trace}`,
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
    ...costText(call),
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

function costText({ cost, cost_pico: total, attempts }: z.output<typeof showCall.answer>): readonly string[] {
  if (cost.lines.length === 0) return [];
  const lines = cost.lines.map(({ what, count, price_pico: price, cost_pico: sum, attempt }) => {
    const worked =
      sum === null ? "no price" : `${price === null ? "" : `× $${perMillion(price)} a million `}= ${usd(sum)}`;
    return `  ${`attempt ${attempt + 1}, ${what}`.padEnd(28)}${count} ${worked}`;
  });
  const other = cost.other_pico === "0" ? [] : [`  ${"beside the attempts".padEnd(28)}${signedUsd(cost.other_pico)}`];
  const changed = cost.is_recorded ? [] : ["  the prices of today come to something else than what was recorded"];
  const long = attempts.flatMap(({ price_above: above }, index) =>
    above === null ? [] : [`  attempt ${index + 1} was paid at the price of prompts above ${above} tokens`],
  );
  return ["cost", ...lines, ...long, ...other, `  ${"recorded".padEnd(28)}${usd(total)}`, ...changed];
}

/** Dollars for a million, from pico-dollars for one. */
const perMillion = (pico: string): string => String(Number(pico) / 1e6);
