import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateIcon, StateMark } from "../../ui/state-mark.tsx";
import { Time } from "../../ui/time.tsx";
import type { NowView } from "./now-view.ts";

/** Who has taken it on, and open incidents. */
export function Acknowledged({ now: { acknowledged, incidents, severity } }: { now: NowView }) {
  if (incidents.length === 0 && acknowledged.length === 0 && severity === "ok") return null;
  return (
    <Panel title="Who is on it">
      <ul className="flex flex-col gap-2 text-sm">
        {incidents.map(({ id, title, state, lead, well_since: wellSince }) => (
          <li key={id}>
            <Link to={`/incidents/${id}`}>{title}</Link>
            <span className="text-xs text-faint">
              {" "}
              {state}
              {lead === null ? "" : `, led by ${lead}`}
            </span>
            {wellSince !== null && (
              <span className="block text-xs text-dim">
                Its calls are well again since <Time at={wellSince} show="seconds" />
                {state !== "monitoring" && ": it wants a word."}
              </span>
            )}
          </li>
        ))}
        {acknowledged.map(({ by, at, what }, index) => (
          <li key={index} className="text-dim">
            <span className="font-medium text-ink">{by}</span> has seen {what}, <Time at={at} show="relative" />
          </li>
        ))}
        {acknowledged.length === 0 && <li className="text-dim">Nobody has acknowledged anything yet.</li>}
      </ul>
    </Panel>
  );
}

const CHECK_STATES = { ok: "ok", warning: "warn", failing: "bad", unknown: "none" } as const;

/** Whether what is shown can be trusted; open where it cannot. */
export function TelemetryHealth({ now: { telemetry } }: { now: NowView }) {
  const { healthy, sentence, checks } = telemetry;
  return (
    <details className="group rounded-lg border border-line bg-surface" open={!healthy}>
      <summary className="flex list-none items-center gap-2 px-4 py-2.5 text-sm">
        <StateMark plain state={healthy ? "ok" : "warn"}>
          {healthy ? "Our own telemetry is healthy" : "Our own telemetry is not healthy"}
        </StateMark>
      </summary>
      <div className="border-t border-line px-4 py-3">
        <p className="text-xs text-dim">{sentence}</p>
        <ul className="mt-2 flex flex-col gap-1.5">
          {checks.map(({ check, state, detail }) => (
            <li key={check} className="flex items-start gap-2 text-xs">
              <StateIcon state={CHECK_STATES[state]} size={13} className="mt-0.5" />
              <span className="w-16 shrink-0 font-medium">{check}</span>
              <span className="min-w-0 text-dim">
                <span className="sr-only">{state}: </span>
                {detail}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
