import type { showRollout } from "../../src/contract/rollouts.ts";
import { MetricTable } from "../features/rollouts/metric-table.tsx";
import { RolloutActions } from "../features/rollouts/rollout-actions.tsx";
import { RolloutLog } from "../features/rollouts/rollout-log.tsx";
import { GateList, SafetyFacts, ShadowResult, TestResult } from "../features/rollouts/rollout-results.tsx";
import { hasEnded, RolloutState, standingOf } from "../features/rollouts/rollout-state.tsx";
import { RolloutTitle } from "../features/rollouts/rollout-title.tsx";
import { ShadowPairs } from "../features/rollouts/shadow-pairs.tsx";
import type { RolloutView } from "../features/rollouts/rollout-view.ts";
import { sessionsText, StepLadder } from "../features/rollouts/step-ladder.tsx";
import { share, span } from "../lib/format.ts";
import { useApi } from "../lib/use-api.ts";
import { useParam } from "../lib/use-param.ts";
import { ArmMark } from "../ui/arm-mark.tsx";
import { Empty } from "../ui/empty.tsx";
import { Id } from "../ui/copy.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Time } from "../ui/time.tsx";
import { WeightBar } from "../ui/weight-bar.tsx";
import { Words } from "../ui/words.tsx";

/** One rollout: where it is, on which evidence, why, and what can be done. */
export function RolloutPage() {
  const rollout = useParam("rollout");
  const query = useApi<typeof showRollout>("/api/rollouts/{rollout}", { params: { rollout }, topics: ["rollouts"] });
  return <Loaded query={query}>{(view) => <OneRollout rollout={view} />}</Loaded>;
}

function OneRollout({ rollout }: { rollout: RolloutView }) {
  const { stable, candidate, shadow, test, gates, metrics } = rollout;
  return (
    <Page
      title={`${stable} → ${candidate}`}
      heading={<RolloutTitle rollout={rollout} />}
      lead={<Lead rollout={rollout} />}
      actions={<RolloutActions rollout={rollout} />}
    >
      <Progress rollout={rollout} />
      {test !== null && <TestResult test={test} goal={metrics.find(({ metric }) => metric === test.goal) ?? null} />}
      {shadow !== null && (
        <>
          <ShadowResult shadow={shadow} />
          <ShadowPairs rollout={rollout.id} />
        </>
      )}
      <Panel flush title="Evidence" note={sessionsText(rollout)}>
        <Evidence rollout={rollout} />
      </Panel>
      {gates.length > 0 && <GateList gates={gates} />}
      <RolloutLog rollout={rollout.id} />
    </Page>
  );
}

function Evidence({ rollout }: { rollout: RolloutView }) {
  const { metrics, sessions } = rollout;
  if (sessions === null) {
    return hasEnded(rollout) ? (
      <Empty title="Not kept">It ended before the evidence of rollouts that people end was kept.</Empty>
    ) : (
      <Empty title="No data yet">This server has not seen any evidence of it.</Empty>
    );
  }
  if (metrics.length === 0) {
    return (
      <Empty title="No metrics">
        Nothing was compared: it is a return, its plan names no metric, or no session has been observed.
      </Empty>
    );
  }
  return (
    <>
      <MetricTable rollout={rollout} />
      <SafetyFacts rollout={rollout} />
    </>
  );
}

/** Names of strategies that are not what the API calls them. */
const STRATEGIES: Readonly<Record<string, string>> = { ab: "A/B test", blue_green: "blue-green" };

function Lead({ rollout }: { rollout: RolloutView }) {
  const { endpoint, strategy, id, started_at: startedAt, ended_at: endedAt } = rollout;
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <RolloutState rollout={rollout} />
      <Link to={`/endpoints/${endpoint}`}>{endpoint}</Link>
      <span>{STRATEGIES[strategy] ?? strategy}</span>
      {startedAt !== null && (
        <span>
          {endedAt === null ? "since " : "ended "}
          <Time at={endedAt ?? startedAt} />
        </span>
      )}
      <Id text={id} length={30} />
    </span>
  );
}

/** How much longer all steps take; of a single one that stands at the step. */
const leftOf = ({ steps, seconds }: NonNullable<RolloutView["eta"]>): string | null =>
  steps.length < 2 ? null : `about ${span(seconds)} to go`;

function Progress({ rollout }: { rollout: RolloutView }) {
  const { explanation, weight, eta, eta_note: note, bake_seconds_left: bake } = rollout;
  const [state] = standingOf(rollout);
  const left = eta === null ? (bake === null ? note : `watched for another ${span(bake)}`) : leftOf(eta);
  return (
    <Panel>
      <div className="flex flex-col gap-5">
        <p className="text-base text-pretty" data-state={state}>
          <Words text={explanation} />
        </p>
        <StepLadder rollout={rollout} />
        {!hasEnded(rollout) && (
          <div className="flex flex-wrap items-center gap-x-5 gap-y-2 text-xs text-dim">
            <WeightBar weight={weight} className="max-w-60" />
            <ArmMark arm="candidate">{share(weight)} on the candidate</ArmMark>
            {left !== null && <span>{left}</span>}
          </div>
        )}
      </div>
    </Panel>
  );
}
