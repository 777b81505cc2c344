import { StateMark } from "../../ui/state-mark.tsx";
import type { State } from "../../ui/state-mark.tsx";

const STATES: Readonly<Record<string, State>> = {
  investigating: "bad",
  identified: "warn",
  monitoring: "held",
  resolved: "ok",
};

/** Where an incident stands. */
export const IncidentState = ({ state }: { state: string }) => (
  <StateMark state={STATES[state] ?? "none"}>{state}</StateMark>
);

const IMPACTS: Readonly<Record<string, State>> = { none: "none", minor: "info", major: "warn", critical: "bad" };

/** How much the public is hurt. */
export const Impact = ({ impact }: { impact: string }) => (
  <StateMark plain state={IMPACTS[impact] ?? "none"}>
    {impact === "none" ? "no impact" : impact}
  </StateMark>
);

const SEVERITIES: Readonly<Record<string, State>> = { ok: "ok", info: "info", warning: "warn", critical: "bad" };

/** The state that a severity of a record is shown as. */
export const stateOfSeverity = (severity: string): State => SEVERITIES[severity] ?? "none";
