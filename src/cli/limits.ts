import type { z } from "zod";
import { listLimits } from "../contract/meters.ts";
import type { limitView } from "../contract/meters.ts";
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
      line.say(`Counted for ${answer.subjects} subjects, ${where}; ${answer.refused} calls were refused here.`);
    });
};

type LimitView = z.output<typeof limitView>;

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
