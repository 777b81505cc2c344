import { StateMark } from "../../ui/state-mark.tsx";
import type { State } from "../../ui/state-mark.tsx";

const SEVERITIES: Readonly<Record<string, State>> = { critical: "bad", warning: "warn", info: "info" };

/** How bad it is. */
export const Severity = ({ severity }: { severity: string }) => (
  <StateMark plain state={SEVERITIES[severity] ?? "none"}>
    {severity}
  </StateMark>
);

const STATUSES: Readonly<Record<string, State>> = { firing: "bad", pending: "held", ok: "ok", resolved: "ok" };

/** Whether it fires. A silenced or known alert is shown as what it is. */
export const AlertStatus = ({ status }: { status: string }) => (
  <StateMark state={STATUSES[status] ?? "none"}>{status}</StateMark>
);
