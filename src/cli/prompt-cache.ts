import type { z } from "zod";
import { showPromptCache } from "../contract/prompt-cache.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { signedUsd } from "./signed-usd.ts";

/** `rollward cache prompt`. */
export const promptCache: AddCommand = (group, line) => {
  group
    .command("prompt")
    .description("what the providers' prompt caches have saved since the server started")
    .action(async () => {
      const answer = await ask(line.connection(), showPromptCache);
      if (line.json()) return line.say(JSON.stringify(answer));
      line.say(
        answer.data.length === 0
          ? "No provider has counted anything yet."
          : formatTable([HEADING, ...answer.data.map(rowOf)]),
      );
    });
};

const HEADING = ["release", "model", "calls", "tokens in", "read", "written", "saved"];

type Sum = z.output<typeof showPromptCache.answer>["data"][number];

function rowOf(sum: Sum): readonly string[] {
  const all = sum.input_tokens + sum.read_tokens + sum.written_tokens;
  const share = all === 0 ? "" : ` (${((sum.read_tokens / all) * 100).toFixed(1)} %)`;
  return [
    sum.release || sum.endpoint || "–",
    sum.model,
    String(sum.calls),
    String(all),
    `${sum.read_tokens}${share}`,
    String(sum.written_tokens),
    signedUsd(sum.saved_pico),
  ];
}
