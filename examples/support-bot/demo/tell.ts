import colors from "picocolors";
import { percent } from "../../../src/cli/format-rollout.ts";
import type { RolloutView } from "./admin.ts";

const started = performance.now();

/** Writes a line of the story with the time since it began. */
export function tell(text: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  process.stdout.write(`${colors.dim(`${seconds} s`)}  ${text}\n`);
}

/** A heading between chapters. */
export function chapter(text: string): void {
  process.stdout.write("\n");
  tell(colors.bold(text));
}

/** One line on where a rollout stands. */
export function describe(view: RolloutView): string {
  const { sessions, union } = view;
  const proven = view.metrics.filter(({ verdict }) => verdict === "non-inferior").map(({ metric }) => metric);
  const evidence = [
    sessions === null
      ? "no evidence kept"
      : `${sessions.candidate} of ${sessions.candidate + sessions.stable} sessions on the candidate`,
    proven.length > 0 ? `no worse: ${proven.join(", ")}` : "nothing proven yet",
    `harm ${Math.max(0, union.log_r ?? 0).toFixed(1)} of ${union.threshold.toFixed(1)}`,
  ];
  const eta = view.eta === null ? "" : `, about ${Math.ceil(view.eta.seconds)} s to go`;
  return `${bar(view.weight)} ${percent(view.weight).padStart(5)}  ${evidence.join(" · ")}${eta}`;
}

/** The end of a rollout, coloured by what it means. */
export function describeEnd(view: RolloutView): string {
  const paint = view.state === "completed" ? colors.green : colors.red;
  return paint(view.explanation);
}

function bar(weight: number): string {
  const filled = Math.round(weight * 20);
  return colors.cyan("█".repeat(filled)) + colors.dim("░".repeat(20 - filled));
}
