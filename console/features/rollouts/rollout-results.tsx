import { count, NO_DATA, plain, share, span } from "../../lib/format.ts";
import { Facts } from "../../ui/facts.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Effect, TestBar } from "./metric-table.tsx";
import type { MetricView, RolloutView } from "./rollout-view.ts";

/** What the copies of a shadow stage show: pairs of answers, stable's and the candidate's, to the same question. */
export function ShadowResult({ shadow }: { shadow: NonNullable<RolloutView["shadow"]> }) {
  return (
    <Panel
      flush
      title="Shadow"
      note={`${count(shadow.pairs)} pairs of answers to the same question · ${share(shadow.sample)} of stable's sessions copied`}
    >
      <Table
        caption="What the pairs show"
        rows={shadow.metrics}
        keyOf={({ metric }) => metric}
        columns={[
          { head: "Metric", cell: ({ metric }) => <span className="font-medium">{metric}</span> },
          { head: "Pairs", right: true, cell: ({ n }) => count(n) },
          { head: "Harm", cell: ({ harm }) => <TestBar test={harm} tone="bad" label="harm" /> },
          { head: "No worse", cell: ({ no_worse: noWorse }) => <TestBar test={noWorse} tone="ok" label="no worse" /> },
        ]}
      />
    </Panel>
  );
}

const WINNERS = { candidate: "The candidate", stable: "Stable", none: "Neither" } as const;

/** An A/B test: what was planned, and what it shows. */
export function TestResult({ test, goal }: { test: NonNullable<RolloutView["test"]>; goal: MetricView | null }) {
  const { winner, better, worse } = test;
  return (
    <Panel
      title="A/B test"
      note={`${count(test.sessions)} of ${count(test.planned_sessions)} planned sessions`}
      actions={
        winner === null ? (
          <StateMark state="info">Under way</StateMark>
        ) : (
          <StateMark state={winner === "none" ? "none" : "ok"}>{WINNERS[winner]} wins</StateMark>
        )
      }
    >
      <div className="grid gap-6 sm:grid-cols-2">
        <Facts
          rows={[
            ["Goal", test.goal],
            ["Effect so far", goal === null ? NO_DATA : <Effect key="effect" metric={goal} />],
            ["Looks for", `a change of ${share(test.effect)} or more`],
            ["Power", share(test.power)],
            ["Planned", test.planned_days === null ? "no length" : `about ${span(test.planned_days * 86_400)}`],
          ]}
        />
        <div className="grid grid-cols-2 gap-4">
          {better !== null && <TestBar test={better} tone="ok" label="the candidate is better" />}
          {worse !== null && <TestBar test={worse} tone="bad" label="the candidate is worse" />}
          {test.analysed_ratio !== null && <TestBar test={test.analysed_ratio} tone="bad" label="the split is off" />}
        </div>
      </div>
    </Panel>
  );
}

const GATE_STATES = {
  pending: ["none", "To come"],
  waiting: ["held", "Waiting"],
  passed: ["ok", "Passed"],
  failed: ["bad", "Failed"],
  expired: ["warn", "Expired"],
} as const;

/** The gates of the plan beside the metrics: suites, approvals, schedules. */
export function GateList({ gates }: { gates: RolloutView["gates"] }) {
  return (
    <Panel flush title="Gates">
      <Table
        caption="Gates of the plan"
        rows={gates}
        keyOf={({ gate, step }) => `${gate} ${step ?? ""}`}
        columns={[
          { head: "Gate", cell: ({ gate, kind }) => <NameAndKind name={gate} kind={kind} /> },
          {
            head: "Before",
            wide: true,
            cell: ({ at, step }) => `${at.replaceAll("_", " ")}${step === null ? "" : ` ${step + 1}`}`,
          },
          {
            head: "State",
            cell: ({ standing }) => <StateMark state={GATE_STATES[standing][0]}>{GATE_STATES[standing][1]}</StateMark>,
          },
          { head: "Why", cell: ({ detail }) => <span className="text-dim">{detail}</span> },
        ]}
      />
    </Panel>
  );
}

const NameAndKind = ({ name, kind }: { name: string; kind: string }) => (
  <>
    <div className="font-medium">{name}</div>
    <div className="text-2xs text-faint">{kind}</div>
  </>
);

const ERRORS_COUNT =
  " Errors count sessions with a failed turn, also where a retry or a fallback repaired it: there are fewer failed calls.";

/** All harm tests together, and whether sessions were divided as they were drawn. */
export function SafetyFacts({ rollout: { union, sample_ratio: ratio, metrics } }: { rollout: RolloutView }) {
  if (union.log_r === null || ratio.log_e === null) return null;
  return (
    <div className="grid grid-cols-2 gap-6 border-t border-line p-4 sm:grid-cols-3">
      <TestBar
        test={{ log_e: union.log_r, threshold: union.threshold, crossed: union.crossed }}
        tone="bad"
        label={`harm, all metrics${union.proof === null ? " together" : `: ${union.proof}`}`}
      />
      <TestBar
        test={{ ...ratio, log_e: ratio.log_e }}
        tone="bad"
        label={ratio.crossed ? "sample ratio: sessions are not split as drawn" : "sample ratio: split as drawn"}
      />
      <p className="text-2xs text-pretty text-faint max-sm:col-span-2">
        Bars are evidence (log e) against its threshold. They may be looked at at any time: a good release is rolled
        back by mistake with at most the probability that the plan allows. Threshold now{" "}
        {plain(Number(union.threshold.toFixed(2)))}.{metrics.some(({ metric }) => metric === "errors") && ERRORS_COUNT}
      </p>
    </div>
  );
}
