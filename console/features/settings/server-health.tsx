import type { ReactNode } from "react";
import type { showHealth } from "../../../src/contract/health.ts";
import type { Answer } from "../../lib/api.ts";
import { bytes, count, duration, span } from "../../lib/format.ts";
import { useApi } from "../../lib/use-api.ts";
import { Facts } from "../../ui/facts.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Time } from "../../ui/time.tsx";

type Health = Answer<typeof showHealth>;

/** The server itself: its database, what it could not keep, what was applied to it. */
export function ServerHealth() {
  const health = useApi<typeof showHealth>("/api/health", { perEnvironment: false, everyMs: 3_000 });
  return (
    <Loaded query={health}>
      {(data) => (
        <div className="grid gap-4 lg:grid-cols-2">
          <Process health={data} />
          <Records health={data} />
          <Sending health={data} />
          <Applied health={data} />
          <Refused health={data} />
        </div>
      )}
    </Loaded>
  );
}

function Process({ health }: { health: Health }) {
  const { database } = health;
  return (
    <Panel title="Process" note={`Rollward ${health.version}`}>
      <Facts
        rows={[
          ["Running for", span(health.uptime_seconds)],
          ["Calls under way", count(health.in_flight)],
          ["Memory", bytes(health.resident_bytes)],
          ["Late with its work", duration(health.meters.overload.delay_ms)],
          [
            "Database",
            <StateMark key="database" state={database.ready ? "ok" : "bad"}>
              {database.ready ? `${database.kind}, answers` : (database.trouble ?? "does not answer")}
            </StateMark>,
          ],
          ["Limits", health.meters.limits.shared ? "shared with other servers" : "counted by this server alone"],
        ]}
      />
    </Panel>
  );
}

/** Drops are what must not be overlooked: a sign as soon as there is one. */
function Dropped({ dropped, waiting }: { dropped: number; waiting: number }): ReactNode {
  if (dropped === 0) return `none lost, ${count(waiting)} wait`;
  return (
    <StateMark state="bad">
      {count(dropped)} lost, {count(waiting)} wait
    </StateMark>
  );
}

function Records({ health: { records, evidence, responses, spend } }: { health: Health }) {
  return (
    <Panel title="What it keeps" note="since it started">
      <Facts
        rows={[
          ["Calls recorded", count(records.recorded)],
          ["Facts of calls", <Dropped key="facts" dropped={records.dropped_facts} waiting={records.waiting} />],
          ["Bytes of calls", <Dropped key="bodies" dropped={records.dropped_bodies} waiting={records.waiting} />],
          ["Evidence", <Dropped key="evidence" dropped={evidence.dropped} waiting={evidence.waiting} />],
          ["Sessions not observed", count(evidence.unobserved)],
          ["Responses not kept", count(responses.dropped)],
          ["Spend", spend.trouble ?? "written"],
        ]}
      />
    </Panel>
  );
}

/** What leaves this server, and the numbers that it shows of itself. */
function Sending({ health: { traces, series, alerts } }: { health: Health }) {
  return (
    <Panel title="What it tells others" note="since it started">
      <Facts
        rows={[
          ["Traces kept", count(traces.kept)],
          ["Spans sent", count(traces.sent_spans)],
          ["Traces", <Lost key="traces" lost={traces.dropped} waiting={traces.waiting} trouble={traces.trouble} />],
          traces.rejected_spans === 0
            ? null
            : [
                "Spans refused",
                <StateMark key="refused" state="bad">{`${count(traces.rejected_spans)} by the receiver`}</StateMark>,
              ],
          [
            "Numbers of calls",
            <Lost key="series" lost={series.dropped_cells} waiting={series.waiting} trouble={series.trouble} />,
          ],
          series.merged === 0 ? null : ["Counted as (other)", `${count(series.merged)} calls`],
          ["Messages of alerts", <Messages key="alerts" of={alerts} />],
        ]}
      />
    </Panel>
  );
}

function Lost({ lost, waiting, trouble }: { lost: number; waiting: number; trouble: string | null }): ReactNode {
  if (trouble === null) return <Dropped dropped={lost} waiting={waiting} />;
  return (
    <StateMark state="bad" wraps plain>
      {trouble}; {count(waiting)} wait, {count(lost)} lost
    </StateMark>
  );
}

function Messages({ of: { waiting, since, trouble } }: { of: Health["alerts"] }): ReactNode {
  if (waiting === null) return "nobody can say while the database is in trouble";
  if (waiting === 0) return "none wait";
  return (
    <StateMark state={trouble === null ? "held" : "bad"} wraps plain>
      {count(waiting)} wait
      {since !== null && (
        <>
          {" "}
          since <Time at={since} show="day" />
        </>
      )}
      {trouble !== null && `; ${trouble}`}
    </StateMark>
  );
}

function Applied({ health: { applied, retiring } }: { health: Health }) {
  return (
    <Panel title="Applied last">
      <Facts
        rows={applied.map(({ environment, at, by, origin }) => [
          environment,
          <span key={environment}>
            <Time at={at} /> by {by}
            {origin?.commit != null && (
              <>
                , commit <code className="text-xs">{origin.commit.slice(0, 12)}</code>
                {origin.dirty && " with changes"}
              </>
            )}
          </span>,
        ])}
      />
      {retiring.map(({ model, words }) => (
        <p key={model} className="mt-3 text-sm">
          <StateMark state="warn" plain>
            {words}
          </StateMark>
        </p>
      ))}
    </Panel>
  );
}

function Refused({ health: { refused } }: { health: Health }) {
  const rows = Object.entries(refused).toSorted(([, one], [, other]) => other - one);
  return (
    <Panel title="Refused without a good key" note="since it started; nothing else is kept of them">
      {rows.length === 0 ? (
        <p className="text-sm text-dim">None.</p>
      ) : (
        <Facts rows={rows.map(([code, calls]) => [code, count(calls)])} />
      )}
    </Panel>
  );
}
