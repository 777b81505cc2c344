import { clsx } from "clsx";
import { useEffect } from "react";
import type { showNow } from "../../src/contract/now.ts";
import { Actions } from "../features/now/actions.tsx";
import { Changes } from "../features/now/changes.tsx";
import { Failures } from "../features/now/failures.tsx";
import { Figures } from "../features/now/figures.tsx";
import { Headline } from "../features/now/headline.tsx";
import type { NowView } from "../features/now/now-view.ts";
import { Acknowledged, TelemetryHealth } from "../features/now/acknowledged.tsx";
import { useApi } from "../lib/use-api.ts";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";

/** How often it is read beside what topics tell of: numbers move without a change, ms. */
const LOOK_MS = 10_000;

/** What is happening, since when, why, what the machine has done, and what a person may do: in one glance. */
export function NowPage() {
  const now = useApi<typeof showNow>("/api/now", {
    topics: ["rollouts", "routes", "alerts", "incidents", "changes"],
    everyMs: LOOK_MS,
  });
  useEffect(() => {
    document.title = "Now · Rollward";
  }, []);
  return (
    <div className="mx-auto flex w-full max-w-[88rem] flex-col gap-3 p-3 pb-8 sm:gap-4 sm:p-5">
      <Loaded query={now}>{(view) => <Overview now={view} />}</Loaded>
    </div>
  );
}

/** One column on a phone, in the order of need; two on a wide window. */
const GRID = clsx(
  "grid grid-cols-1 items-start gap-3 sm:gap-4 lg:grid-cols-[minmax(0,1fr)_23rem] lg:grid-rows-[auto_auto_1fr]",
  "[grid-template-areas:'changes'_'actions'_'figures'_'failures'_'standing']",
  "lg:[grid-template-areas:'figures_actions'_'changes_actions'_'failures_standing']",
);

/** On a phone in the order of need: what, why, what to do, how bad. */
function Overview({ now }: { now: NowView }) {
  const isNew = now.situation === "quiet" && now.changes.length === 0;
  return (
    <>
      <Headline now={now} />
      {isNew && (
        <p className="text-sm text-dim">
          Nothing was called yet. <Link to="/start">The first steps</Link> take a few minutes.
        </p>
      )}
      <div className={GRID}>
        <div className="min-w-0 [grid-area:figures]">
          <Figures now={now} />
        </div>
        <div className="min-w-0 [grid-area:changes]">
          <Changes now={now} />
        </div>
        <div className="min-w-0 [grid-area:actions]">
          <Actions now={now} />
        </div>
        <div className="min-w-0 [grid-area:failures]">
          <Failures now={now} />
        </div>
        <div className="flex min-w-0 flex-col gap-3 [grid-area:standing] sm:gap-4">
          <Acknowledged now={now} />
          <TelemetryHealth now={now} />
        </div>
      </div>
    </>
  );
}
