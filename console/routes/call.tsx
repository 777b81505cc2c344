import { GitCompare, RotateCcw } from "lucide-react";
import { useState } from "react";
import type { showCall } from "../../src/contract/calls.ts";
import { BodyView } from "../features/calls/body-view.tsx";
import { CallFacts } from "../features/calls/call-facts.tsx";
import { outcomeWords, stateOf } from "../features/calls/call-words.tsx";
import { CostBill } from "../features/calls/cost-bill.tsx";
import { curlOf } from "../features/calls/curl-of.ts";
import { ReplayDialog } from "../features/calls/replay-dialog.tsx";
import { Said } from "../features/calls/said.tsx";
import { Timeline } from "../features/calls/timeline.tsx";
import type { WholeCall } from "../features/calls/timeline.tsx";
import { TraceTree } from "../features/calls/trace-tree.tsx";
import { useKeys } from "../lib/keys.ts";
import { useApi } from "../lib/use-api.ts";
import { useParam } from "../lib/use-param.ts";
import { Button, buttonLook } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Tabs, useTab } from "../ui/tabs.tsx";
import { Time } from "../ui/time.tsx";

/** One call: what was said, when what happened, what it has cost, and its exact bytes. */
export function CallPage() {
  const id = useParam("call");
  const call = useApi<typeof showCall>("/api/calls/{call}", { params: { call: id } });
  return <Loaded query={call}>{(data) => <OneCall call={data} />}</Loaded>;
}

const TABS = [
  { id: "call", label: "Call" },
  { id: "request", label: "Request" },
  { id: "upstream", label: "Sent to the provider" },
  { id: "answer", label: "Answer" },
  { id: "trace", label: "Trace" },
];

const NOT_KEPT = "the release keeps no bytes, or they have expired.";

function OneCall({ call }: { call: WholeCall }) {
  const tab = useTab("tab", TABS);
  const [isReplaying, setReplaying] = useState(false);
  useKeys("Call", [{ key: "p", does: "Replay the call", run: () => setReplaying(true) }]);
  const { request, upstream, answer } = call.bodies;
  return (
    <Page
      title={call.release ?? call.requested_model}
      heading={
        <span className="flex flex-wrap items-center gap-3">
          {call.release ?? call.requested_model}
          <StateMark state={stateOf({ outcome: call.outcome, findings: call.findings.length })}>
            {outcomeWords(call)}
          </StateMark>
        </span>
      }
      lead={
        <span className="flex flex-wrap items-center gap-x-2">
          <code className="font-mono text-xs break-all">{call.id}</code>
          <CopyButton text={call.id} label="Copy the id" />
          <Time at={call.at} />
        </span>
      }
      actions={<Actions call={call} onReplay={() => setReplaying(true)} />}
    >
      <Tabs name="tab" label="What to see of the call" tabs={TABS} />
      {tab === "call" && <Overview call={call} />}
      {tab === "request" && <BodyView title="Request" body={request} missing={NOT_KEPT} />}
      {tab === "upstream" && (
        <BodyView
          title="Sent to the provider"
          body={upstream}
          missing={call.attempts.every(({ end }) => end === "skipped") ? "nobody was asked." : NOT_KEPT}
        />
      )}
      {tab === "answer" && <BodyView title="Answer" body={answer} missing={NOT_KEPT} />}
      {tab === "trace" && <TraceTree trace={call.trace} call={call.id} />}
      {isReplaying && <ReplayDialog call={call} onClose={() => setReplaying(false)} />}
    </Page>
  );
}

function Actions({ call, onReplay }: { call: WholeCall; onReplay: () => void }) {
  const curl = curlOf(call);
  const replayed = call.backtest?.replays;
  return (
    <>
      {replayed !== undefined && (
        <Link to="/calls-diff" search={{ a: replayed, b: call.id }} bare className={buttonLook()}>
          <GitCompare size={15} aria-hidden /> Diff with the original
        </Link>
      )}
      {curl !== null && (
        <span className="inline-flex items-center text-sm text-dim">
          <CopyButton text={curl} label="Copy as curl" /> curl
        </span>
      )}
      <Button kind="main" icon={RotateCcw} hint="p" onClick={onReplay}>
        Replay
      </Button>
    </>
  );
}

function Overview({ call }: { call: WholeCall }) {
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title="What was said" note="the newest message and its answer">
          <Said said={call.said} />
        </Panel>
        <Panel title="Timeline" note="stages and attempts">
          <Timeline call={call} />
        </Panel>
        {call.findings.length > 0 && <Findings findings={call.findings} />}
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title="Facts">
          <CallFacts call={call} />
        </Panel>
        <Panel title="Cost" note="tokens by class × price">
          <CostBill call={call} />
        </Panel>
        <Panel title="Feedback" note={call.feedback.length === 0 ? "nothing was said" : `${call.feedback.length}`}>
          {call.feedback.length === 0 ? (
            <p className="text-sm text-dim">
              An application sends thumbs, scores and corrections to{" "}
              <code className="font-mono text-xs">/v1/feedback</code>.
            </p>
          ) : (
            <FeedbackList feedback={call.feedback} />
          )}
        </Panel>
      </div>
    </div>
  );
}

function Findings({ findings }: Pick<WholeCall, "findings">) {
  return (
    <Panel title="Findings in the answer" note={`${findings.length}`}>
      <ul className="flex flex-col gap-2">
        {findings.map(({ check, detail, at, attempt, action }, index) => (
          <li key={index} className="text-sm">
            <StateMark state="warn">{check}</StateMark> {detail}
            <span className="block text-xs text-faint">
              attempt {attempt + 1}, {action}
              {at !== null && at !== "" && ` at ${at}`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What was said of a call or a session. */
export function FeedbackList({ feedback }: Pick<WholeCall, "feedback">) {
  return (
    <ul className="flex flex-col gap-2">
      {feedback.map((one) => (
        <li key={one.position} className="text-sm">
          <span className="font-medium">{feedbackWords(one)}</span>{" "}
          <span className="text-xs text-faint">
            <Time at={one.at} show="relative" />
          </span>
          {one.text !== null && <span className="block whitespace-pre-wrap text-dim">{one.text}</span>}
        </li>
      ))}
    </ul>
  );
}

function feedbackWords({ kind, name, value, judge }: WholeCall["feedback"][number]): string {
  if (kind === "thumbs") return value === 1 || value === true ? "Thumbs up" : "Thumbs down";
  const by = judge === null ? "" : ` by ${judge}`;
  const what = kind === "problem" ? "Problem" : kind === "correction" ? "Correction" : (name ?? kind);
  return `${what}${kind === "problem" && name !== null ? `: ${name}` : ""}${kind === "score" || kind === "metric" ? ` ${String(value)}` : ""}${by}`;
}
