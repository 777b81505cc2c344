import { count, duration, pico } from "../../lib/format.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Problem } from "../../ui/problem.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import type { Outcome } from "./use-play.ts";

/** What each release answered, side by side. */
export function Answers({ outcomes }: { outcomes: readonly Outcome[] }) {
  if (outcomes.length === 0) {
    return (
      <Panel flush>
        <Empty title="Nothing asked yet">
          Answers, times and costs stand here side by side; each is a recorded call.
        </Empty>
      </Panel>
    );
  }
  return (
    <div className="grid gap-4 md:grid-cols-2">
      {outcomes.map((outcome) => (
        <One key={outcome.release} outcome={outcome} />
      ))}
    </div>
  );
}

function One({ outcome }: { outcome: Outcome }) {
  if (outcome.state === "asking") {
    return (
      <Panel title={outcome.release} note="asking …" flush>
        <SkeletonRows />
      </Panel>
    );
  }
  if (outcome.state === "failed") {
    return (
      <Panel title={outcome.release}>
        <Problem error={outcome.error} />
      </Panel>
    );
  }
  return <Answered outcome={outcome} />;
}

function Answered({ outcome: { release, answer } }: { outcome: Extract<Outcome, { state: "answered" }> }) {
  return (
    <Panel
      title={release}
      note={answer.model ?? undefined}
      actions={answer.error === null && <CopyButton text={answer.text} label="Copy the answer" />}
    >
      {answer.error === null ? (
        <p className="text-sm break-words whitespace-pre-wrap">{answer.text}</p>
      ) : (
        <p className="text-sm">
          <StateMark state="bad">{answer.error.code}</StateMark> {answer.error.message}
        </p>
      )}
      {answer.tools.length > 0 && <p className="mt-2 text-xs text-dim">wants to call {answer.tools.join(", ")}</p>}
      <p className="mt-3 flex flex-wrap gap-x-4 border-t border-line pt-2 text-xs text-dim">
        <span>{duration(answer.total_ms)}</span>
        <span>{pico(answer.cost_pico)}</span>
        {answer.tokens !== null && (
          <span>
            {count(answer.tokens.input)} tokens in, {count(answer.tokens.output)} out
          </span>
        )}
        <Link to={`/calls/${answer.call}`}>the call</Link>
      </p>
    </Panel>
  );
}
