import type { AlertTransition } from "../alerts/alert.ts";
import { lineOf } from "./change.ts";
import type { Change, Weight } from "./change.ts";

/** What alerts have changed: that one fires, and that it is over. What was never told is left out. */
export function changesOfAlerts(transitions: readonly AlertTransition[]): readonly Change[] {
  return transitions
    .filter(({ from, to }) => to === "firing" || from === "firing")
    .map((transition) => {
      const { seq, at, environment, endpoint, rule, to, summary, labels } = transition;
      // Ends of before they were told in the past tense begin with the same word.
      const said = to === "firing" ? `: ${summary}` : ` is over: ${summary.replace(/^Over: /, "")}`;
      return {
        id: `alert:${seq}`,
        at,
        kind: "alert",
        weight: weightOf(transition),
        environment,
        endpoint,
        by: null,
        line: lineOf(`Alert ${rule}${said}`),
        ...(labels["rollout"] !== undefined && { rollout: labels["rollout"] }),
      };
    });
}

const weightOf = ({ to, severity }: AlertTransition): Weight => (to === "firing" ? severity : "ok");
