import type { z } from "zod";
import { listLimits } from "../contract/meters.ts";
import type { limitView } from "../contract/meters.ts";
import { formatDuration } from "../kit/duration.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward limits show`. */
export const limits: AddCommand = (program, line) => {
  program
    .command("limits")
    .description("how often may be called")
    .command("show")
    .description("the limits in force")
    .action(async () => {
      const answer = await ask(line.connection(), listLimits);
      if (line.json()) return line.say(JSON.stringify(answer));
      const rows = answer.data.map((one) => [one.name, one.per, ...amountsOf(one), onlyOf(one.only)]);
      const where = answer.shared ? "shared with other servers" : "of this server alone";
      line.say(formatTable([["limit", "per", "requests", "tokens", "concurrent", "only"], ...rows]));
      line.say(
        `Counted for ${answer.subjects} ${answer.subjects === 1 ? "subject" : "subjects"}, ${where}; ${answer.refused} ${answer.refused === 1 ? "call was" : "calls were"} refused here${ofWhom(answer)}.`,
      );
      for (const text of loadTexts(answer)) line.say(text);
    });
};

type LimitView = z.output<typeof limitView>;
type Answer = z.output<typeof listLimits.answer>;

/** Those who wait, what is known of providers, and whether calls are refused for overload; nothing for what is idle. */
function loadTexts({ queue, learned, overload }: Answer): readonly string[] {
  const texts: string[] = [];
  if (queue.allowed !== null) {
    const vain = queue.turned_away === 0 ? "" : `; ${queue.turned_away} found no place, or waited in vain`;
    texts.push(
      `At most ${queue.allowed.calls} calls wait, ${formatDuration(queue.allowed.wait_ms)} at the longest: ${queue.calls} do${vain}.`,
    );
  }
  if (queue.lines.length > 0) {
    const rows = queue.lines.map((one) => [
      one.limit,
      String(one.calls),
      formatDuration(one.oldest_wait_ms),
      one.estimated_wait_ms === null ? "unknown" : formatDuration(one.estimated_wait_ms),
    ]);
    texts.push("", formatTable([["waiting for", "calls", "the first since", "who comes now"], ...rows]));
  }
  if (learned.length > 0) {
    const rows = learned.map((one) => [
      `${one.provider}/${one.model}`,
      String(one.key),
      one.limit,
      one.size === null ? String(one.left) : `${one.left} of ${one.size}`,
      one.reset_ms === 0 ? "" : formatDuration(one.reset_ms),
      one.rests_ms === 0 ? "" : formatDuration(one.rests_ms),
    ]);
    texts.push("", formatTable([["provider", "key", "limit", "left", "full in", "rests"], ...rows]));
  }
  if (overload.strain >= 1 || overload.refused > 0) {
    const state = overload.strain >= 1 ? "Later classes are refused" : "Nobody is refused";
    const delay = formatDuration(overload.delay_ms);
    texts.push(
      "",
      `${state} for overload: ${delay} late, ${overload.bytes} bytes of requests; ${overload.refused} refused so far${byClass(overload)}.`,
    );
  }
  return texts;
}

/** What refused them, and that budgets did too. */
function ofWhom({ refused_by: by, refused_by_budgets: unpaid }: Answer): string {
  const limited = by.filter(({ type }) => type === "limit").map(({ name, calls }) => `${name} ${calls}`);
  const dear = by.filter(({ type }) => type === "budget").map(({ name, calls }) => `${name} ${calls}`);
  const beside = unpaid === 0 ? "" : `, and ${unpaid} by budgets (${dear.join(", ")})`;
  return `${limited.length === 0 ? "" : ` (${limited.join(", ")})`}${beside}`;
}

/** Who was refused, by class: 1 is the first of `queue`; what is of none comes behind the last. */
function byClass({ refused_by_class: refused }: Answer["overload"]): string {
  const parts = refused.flatMap((calls, at) => (calls === 0 ? [] : [`class ${at + 1}: ${calls}`]));
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

const rateText = (rate: LimitView["requests"]): string =>
  rate === null ? "" : `${rate.amount} in ${rate.window_seconds} s, ${rate.burst} at once`;

const amountsOf = ({ requests, tokens, concurrent }: LimitView): readonly string[] => [
  rateText(requests),
  rateText(tokens),
  concurrent === null ? "" : String(concurrent),
];

const onlyOf = (only: LimitView["only"]): string =>
  Object.entries(only)
    .map(([what, names]) => `${what} ${(names ?? []).join(",")}`)
    .join("; ");
