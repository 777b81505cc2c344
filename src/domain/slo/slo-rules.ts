import type { AlertRule } from "../alerts/alert-rule.ts";
import { burnFactor, isPage } from "./slo.ts";
import type { Slo } from "./slo.ts";

/** The rules that watch a service level: one for each pair of windows. */
export const sloRules = (slo: Slo): readonly AlertRule[] =>
  slo.windows.map((window) => ({
    name: `slo:${slo.name}:${window.name}`,
    severity: isPage(window) ? "critical" : "warning",
    signal: { name: "slo", windowMs: window.longMs },
    condition: {
      type: "burn",
      slo: slo.name,
      factor: burnFactor(window, slo.periodMs),
      shortMs: window.shortMs,
      level: { indicator: slo.indicator, objective: slo.objective, periodMs: slo.periodMs },
    },
    endpoints: [slo.endpoint],
    forMs: 0,
    leastCount: slo.leastCount,
    noData: "ok",
    renotifyMs: null,
    runbook: slo.runbook,
    labels: { ...slo.labels, slo: slo.name },
    isDefault: false,
  }));
