import { clsx } from "clsx";
import { change, count, inUnit, NO_DATA, plain, points } from "../../lib/format.ts";
import { ArmMark } from "../../ui/arm-mark.tsx";
import { Interval } from "../../ui/interval.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import type { State } from "../../ui/state-mark.tsx";
import type { MetricView, RolloutView } from "./rollout-view.ts";
import { whyNoRatio } from "./why-no-ratio.ts";

const VERDICTS: Readonly<Record<MetricView["verdict"], readonly [State, string]>> = {
  harm: ["bad", "Harm"],
  "non-inferior": ["ok", "No worse"],
  inconclusive: ["none", "Not yet known"],
};

const HEAD = "px-3 py-2 text-left text-xs font-medium text-faint first:pl-4 last:pr-4";
const CELL = "px-3 py-3 align-top first:pl-4 last:pr-4";

/** Every gate metric: both arms with n, the effect with its interval, both tests with their thresholds, the verdict. */
export function MetricTable({ rollout }: { rollout: RolloutView }) {
  return (
    <>
      <div className="overflow-x-auto max-md:hidden" role="region" aria-label="Gate metrics" tabIndex={0}>
        <table className="w-full text-sm">
          <thead>
            <tr>
              <th className={HEAD}>Metric</th>
              <th className={HEAD}>
                <ArmMark arm="stable" />
              </th>
              <th className={HEAD}>
                <ArmMark arm="candidate" />
              </th>
              <th className={HEAD}>Effect, better ← → worse</th>
              <th className={HEAD}>Harm</th>
              <th className={HEAD}>No worse</th>
              <th className={HEAD}>Verdict</th>
            </tr>
          </thead>
          <tbody>
            {rollout.metrics.map((metric) => (
              <MetricRow key={metric.metric} {...lookOf(rollout, metric)} />
            ))}
          </tbody>
        </table>
      </div>
      <ul className="divide-y divide-line md:hidden">
        {rollout.metrics.map((metric) => (
          <MetricCard key={metric.metric} {...lookOf(rollout, metric)} />
        ))}
      </ul>
    </>
  );
}

interface MetricProps {
  readonly metric: MetricView;
  /** Whether it proves harm, and how: alone, or together with others, of which it may weigh most. */
  readonly harm: "alone" | "most" | "together" | null;
  /** Whether that is why the candidate was taken back. */
  readonly isDecisive: boolean;
  /** Whether it was proven no worse earlier on the ladder, which stays so. The proof of the ladder is not that of its bake. */
  readonly wasProven: boolean;
}

const lookOf = ({ union, evidence_of: of, outcome }: RolloutView, metric: MetricView): MetricProps => ({
  metric,
  harm: shareInHarm(union, metric),
  isDecisive: outcome === "harm" && union.blame === metric.metric,
  wasProven: metric.certified && of === "ladder" && metric.verdict === "inconclusive",
});

function shareInHarm({ blame, proven_by: by }: RolloutView["union"], { metric, verdict }: MetricView) {
  if (!by.includes(metric)) return verdict === "harm" ? "alone" : null;
  if (by.length === 1) return "alone";
  return metric === blame ? "most" : "together";
}

function MetricRow(props: MetricProps) {
  const { metric } = props;
  return (
    <tr className="border-t border-line">
      <th scope="row" className={clsx(CELL, "text-left font-medium")}>
        {metric.metric}
        <div className="text-2xs font-normal text-faint">{metric.required ? "required" : "watched"}</div>
      </th>
      <td className={CELL}>
        <ArmValue metric={metric} arm="stable" />
      </td>
      <td className={CELL}>
        <ArmValue metric={metric} arm="candidate" />
      </td>
      <td className={CELL}>
        <Effect metric={metric} />
      </td>
      <td className={CELL}>
        <TestBar test={metric.harm} tone="bad" label={`harm beyond ${marginText(metric.harm)}`} />
      </td>
      <td className={CELL}>
        <TestBar test={metric.no_worse} tone="ok" label={`no worse than ${marginText(metric.no_worse)}`} />
      </td>
      <td className={CELL}>
        <Verdict {...props} />
      </td>
    </tr>
  );
}

function MetricCard(props: MetricProps) {
  const { metric } = props;
  return (
    <li className="flex flex-col gap-3 p-4">
      <div className="flex items-center justify-between gap-3">
        <span className="font-medium">{metric.metric}</span>
        <Verdict {...props} />
      </div>
      <div className="grid grid-cols-2 gap-3">
        <div>
          <ArmMark arm="stable" />
          <ArmValue metric={metric} arm="stable" />
        </div>
        <div>
          <ArmMark arm="candidate" />
          <ArmValue metric={metric} arm="candidate" />
        </div>
        <TestBar test={metric.harm} tone="bad" label={`harm beyond ${marginText(metric.harm)}`} />
        <TestBar test={metric.no_worse} tone="ok" label={`no worse than ${marginText(metric.no_worse)}`} />
      </div>
      <Effect metric={metric} />
    </li>
  );
}

function ArmValue({ metric, arm }: { metric: MetricView; arm: "stable" | "candidate" }) {
  return (
    <>
      <div className="font-medium whitespace-nowrap">{inUnit(metric.value[arm], metric.unit)}</div>
      <div className="text-2xs text-faint">n {count(metric.n[arm])}</div>
    </>
  );
}

/** Where a side has none at all there is no ratio, but a difference all the same. */
function Difference({ metric: { value, unit } }: { metric: MetricView }) {
  const { stable, candidate } = value;
  if (stable === null || candidate === null || unit !== "share") return <span className="text-faint">{NO_DATA}</span>;
  return (
    <span className="text-xs whitespace-nowrap">
      <span className="font-medium">{points(candidate - stable)}</span>{" "}
      <span className="text-faint">· {whyNoRatio(stable, candidate)}</span>
    </span>
  );
}

/** Candidate against stable with its interval; where there is no ratio, the difference. */
export function Effect({ metric: view }: { metric: MetricView }) {
  const { effect, harm, no_worse: noWorse, better, metric } = view;
  if (effect === null) return <Difference metric={view} />;
  const { ratio, low, high } = effect;
  const interval =
    low === null || high === null ? "too few sessions for an interval" : `${plain(low)} to ${plain(high)}`;
  const isRatio = harm.margin_is === "ratio" && noWorse.margin_is === "ratio";
  return (
    <div>
      {isRatio && (
        <Interval
          ratio={ratio}
          low={low}
          high={high}
          harm={harm.margin}
          noWorse={noWorse.margin}
          better={better}
          label={`${metric}: candidate is ${plain(ratio)} times stable, ${interval}`}
        />
      )}
      <div className="text-xs whitespace-nowrap">
        <span className="font-medium">{change(ratio - 1)}</span>{" "}
        <span className="text-faint">
          × {plain(ratio)} · {interval}
        </span>
      </div>
    </div>
  );
}

type Test = MetricView["harm"];

const marginText = ({ margin, margin_is: kind }: Test): string =>
  kind === "ratio" ? `a ratio of ${plain(margin)}` : `${plain(margin * 100)} points`;

/** Evidence against its threshold: proven when the bar is full. Below 0 the evidence speaks the other way. */
export function TestBar({
  test,
  tone,
  label,
}: {
  test: Omit<Test, "margin" | "margin_is">;
  tone: "ok" | "bad";
  label: string;
}) {
  const full = Math.max(0, Math.min(1, test.log_e / test.threshold));
  return (
    <div className="min-w-24">
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={Number(full.toFixed(3))}
        className="mt-1.5 h-1 overflow-hidden rounded-full bg-line"
      >
        <div
          className={clsx("h-full rounded-full", test.crossed ? (tone === "ok" ? "bg-ok" : "bg-bad") : "bg-dim")}
          style={{ width: `${full * 100}%` }}
        />
      </div>
      <div className="mt-1 text-2xs whitespace-nowrap text-dim">
        {plain(Number(test.log_e.toFixed(1)))} of {plain(Number(test.threshold.toFixed(1)))}
        {test.crossed && <span className={tone === "ok" ? "text-ok" : "text-bad"}> · proven</span>}
      </div>
      <div className="text-2xs text-faint">{label}</div>
    </div>
  );
}

const HARM_WORDS = { alone: null, most: "most of all", together: "with the others" } as const;

function Verdict({ metric: { verdict: own }, harm, isDecisive, wasProven }: MetricProps) {
  const verdict = harm !== null ? "harm" : own === "inconclusive" && wasProven ? "non-inferior" : own;
  const [state, word] = VERDICTS[verdict];
  const isTogether = harm === "most" || harm === "together";
  const beside = [
    wasProven && verdict === "non-inferior" ? "proven before" : null,
    harm === null ? null : HARM_WORDS[harm],
    isDecisive && !isTogether ? "decided the roll-back" : null,
  ].filter((words) => words !== null);
  return (
    <div>
      <StateMark state={state}>{isTogether ? "Harm, together" : word}</StateMark>
      {beside.map((words) => (
        <div key={words} className="mt-1 text-2xs text-faint">
          {words}
        </div>
      ))}
    </div>
  );
}
