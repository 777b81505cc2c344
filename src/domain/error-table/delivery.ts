import type { ErrorRow } from "./row.ts";

/** Releases and rollouts. */
export const DELIVERY_ERRORS = {
  withdrawal_unrecorded: {
    status: 503,
    retryable: true,
    message:
      "{endpoint}: the candidate gets no more calls from this process, but the {command} is not recorded yet: {reason}",
    help: "This process goes on trying to record it. Repeat the command to see whether it is recorded. A restart before that keeps the withdrawal only with the embedded database.",
  },
  rollout_conflict: {
    status: 409,
    retryable: false,
    message: "{reason}",
    help: "`rollward rollout watch {endpoint}` shows where the rollout is.",
  },
} as const satisfies Record<string, ErrorRow>;
