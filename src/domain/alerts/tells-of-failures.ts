import type { ErrorCode } from "../errors.ts";
import { isFault } from "../series/is-fault.ts";
import type { AlertRule } from "./alert-rule.ts";

/** Whether a rule tells of calls that fail through no fault of their own: whether those are over, the calls themselves say. */
export const tellsOfFailures = ({ signal, condition }: Pick<AlertRule, "signal" | "condition">): boolean =>
  signal.name === "error-share"
    ? signal.code === undefined || isFault(signal.code as ErrorCode)
    : condition.type === "burn" && condition.level.indicator.type === "availability";
