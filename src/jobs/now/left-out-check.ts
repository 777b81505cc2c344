import type { Alert } from "../../domain/alerts/alert.ts";
import { OUTSIDE_RULE } from "../../domain/alerts/tell-groups.ts";
import { MOST_OUTSIDE } from "../alerts/hear-alerts.ts";
import type { TelemetryCheck } from "./now-sources.ts";

/** Says that alerts of other systems are left out, where as many fire in an environment as are kept; else nothing. */
export function leftOutCheck(firing: readonly Pick<Alert, "rule">[]): readonly TelemetryCheck[] {
  const outside = firing.filter(({ rule }) => rule === OUTSIDE_RULE).length;
  if (outside < MOST_OUTSIDE) return [];
  const count = outside.toLocaleString("en-US");
  const detail = `${count} alerts of other systems fire, which is the most that are kept: new ones are left out`;
  return [{ check: "alerts", state: "warning", detail }];
}
