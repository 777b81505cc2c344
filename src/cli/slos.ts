import type { z } from "zod";
import { listSlos } from "../contract/slos.ts";
import type { sloView } from "../contract/slos.ts";
import { formatDuration } from "../kit/duration.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Slo = z.output<typeof sloView>;

/** `rollward slos`: service levels, what is left of their budgets and how fast they burn. */
export const slos: AddCommand = (program, line) => {
  program
    .command("slos")
    .description("service levels: what is left of their budgets, and how fast they burn")
    .action(async () => {
      const { data } = await ask(line.connection(), listSlos, {});
      if (line.json()) return line.say(JSON.stringify(data));
      if (data.length === 0) return line.say("rollward.yaml has no `slos`.");
      const table = formatTable([["slo", "endpoint", "promise", "so far", "budget left", "burns"], ...data.map(rowOf)]);
      line.say(`${table}\nAs of ${(data[0]?.as_of ?? "").slice(11, 19)} UTC.`);
    });
};

const rowOf = (slo: Slo): readonly string[] => {
  const {
    slo: name,
    endpoint,
    objective,
    good_is: good,
    achieved,
    total,
    budget_left: left,
    lasts_seconds: lasts,
  } = slo;
  const promise = objective === null ? good : `${percent(objective)}: ${good}`;
  const soFar = achieved === null ? "no data" : `${percent(achieved)} of ${Math.round(total)}`;
  const rest = left === null ? "no data" : left < 0 ? overdrawn(slo, 1 - left) : percent(left);
  return [
    name,
    endpoint,
    promise,
    soFar,
    lasts === null ? rest : `${rest}, gone in ${formatDuration(lasts * 1_000)}`,
    burnsOf(slo),
  ];
};

/** A budget that is used up so many times. */
const overdrawn = ({ indicator }: Slo, times: number): string =>
  indicator === "spend"
    ? `none: ${Number(times.toPrecision(2))} times as much was spent as planned`
    : `none: ${Number(times.toPrecision(2))} times as many were bad as may be`;

function burnsOf({ burns }: Slo): string {
  const burning = burns.filter(({ is_burning: isBurning }) => isBurning);
  const [first] = burns;
  const now =
    first?.long_rate == null ? "no data" : `${Number(first.long_rate.toPrecision(2))} times as fast as allowed`;
  return burning.length === 0
    ? now
    : `${now}: ${burning.map(({ severity, window }) => `${severity} (${window})`).join(", ")}`;
}

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
