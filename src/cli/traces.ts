import type { z } from "zod";
import { showTrace } from "../contract/traces.ts";
import type { spanView } from "../contract/traces.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";

/** `rollward traces show`. */
export const traces: AddCommand = (program, line) => {
  const group = program.command("traces").description("traces of calls, with the spans that applications sent");
  group
    .command("show <trace>")
    .description("one trace as a tree; the id is in the header x-rollward-trace and in `rollward calls show`")
    .option("--attributes", "with what every span says")
    .action(async (trace: string, { attributes }: { attributes?: boolean }) => {
      const answer = await ask(line.connection(), showTrace, { params: { trace } });
      line.say(line.json() ? JSON.stringify(answer) : textOf(answer, attributes === true));
    });
};

type Span = z.output<typeof spanView>;

function textOf({ id, calls, spans, is_cut }: z.output<typeof showTrace.answer>, withAttributes: boolean): string {
  const ours = calls.length === 1 ? "1 call" : `${calls.length} calls`;
  const width = Math.max(...spans.map((span) => nameOf(span).length));
  return [
    `trace ${id}: ${ours}, ${spans.length} spans${is_cut ? ", and more that are not shown" : ""}`,
    "",
    ...spans.flatMap((span) => [rowOf(span, width), ...(withAttributes ? attributesOf(span) : [])]),
  ].join("\n");
}

const nameOf = ({ depth, name, service }: Span): string =>
  `${"  ".repeat(depth)}${name}${service === null ? "" : ` (${service})`}`;

function rowOf(span: Span, width: number): string {
  const times = `${span.start_ms.toFixed(1).padStart(9)} ms ${`+${span.duration_ms.toFixed(1)}`.padStart(9)} ms`;
  const end = [span.call ?? "", span.status === "error" ? `error: ${span.message}` : "", usageOf(span)];
  return [nameOf(span).padEnd(width), times, ...end.filter((part) => part !== "")].join("  ").trimEnd();
}

/** Tokens and dollars of a span that asked a model. */
function usageOf({ attributes }: Span): string {
  const [input, output] = [attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]];
  const usd = attributes["rollward.cost.usd"];
  const tokens =
    input === undefined && output === undefined ? "" : `${String(input ?? 0)} → ${String(output ?? 0)} tokens`;
  return [tokens, typeof usd === "number" && tokens !== "" ? `$${usd.toFixed(6)}` : ""]
    .filter((part) => part !== "")
    .join(", ");
}

const attributesOf = ({ depth, attributes, left_out }: Span): readonly string[] => {
  const indent = "  ".repeat(depth + 2);
  const rows = Object.entries(attributes).map(
    ([name, value]) => `${indent}${name}: ${Array.isArray(value) ? value.join(", ") : String(value)}`,
  );
  return left_out === 0 ? rows : [...rows, `${indent}(${left_out} not kept)`];
};
