import { Bookmark, ExternalLink, GitCompare, RotateCcw, X } from "lucide-react";
import { duration, pico } from "../../lib/format.ts";
import { useApi } from "../../lib/use-api.ts";
import type { showCall } from "../../../src/contract/calls.ts";
import { Button, buttonLook, IconButton } from "../../ui/button.tsx";
import { Id } from "../../ui/copy.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Time } from "../../ui/time.tsx";
import { outcomeWords, stateOf } from "./call-words.tsx";
import { Said } from "./said.tsx";
import { Timeline } from "./timeline.tsx";
import type { WholeCall } from "./timeline.tsx";

interface CallPeekProps {
  readonly id: string;
  readonly marked: string | null;
  readonly onClose: () => void;
  readonly onMark: () => void;
  readonly onReplay: () => void;
}

/** A call beside the list: what was said, how it went, and the ways on. */
export function CallPeek({ id, marked, onClose, onMark, onReplay }: CallPeekProps) {
  // Without its bytes, and kept as it is: a recorded call never changes.
  const call = useApi<typeof showCall>("/api/calls/{call}", { params: { call: id }, query: { bodies: "false" } });
  return (
    <aside
      aria-label="Call"
      className="flex min-h-0 flex-col bg-surface max-md:fixed max-md:inset-0 max-md:z-30 md:w-[26rem] md:shrink-0 md:rounded-lg md:border md:border-line xl:w-[30rem]"
    >
      <header className="flex items-center gap-1 border-b border-line py-1.5 pr-1.5 pl-4">
        <Id text={id} length={16} />
        <span className="flex-1" />
        <IconButton
          icon={Bookmark}
          label={marked === id ? "Marked" : "Mark (m)"}
          aria-pressed={marked === id}
          onClick={onMark}
        />
        <IconButton icon={X} label="Close (Esc)" onClick={onClose} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-4" tabIndex={0} role="region" aria-label="Call at a glance">
        <Loaded query={call}>{(data) => (data.id === id ? <Glance call={data} /> : null)}</Loaded>
      </div>
      <footer className="flex flex-wrap items-center gap-2 border-t border-line p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <Link to={`/calls/${id}`} bare className={buttonLook("main")}>
          <ExternalLink size={14} aria-hidden /> Open
        </Link>
        <Button icon={RotateCcw} onClick={onReplay} hint="p">
          Replay
        </Button>
        {marked !== null && marked !== id && (
          <Link to="/calls-diff" search={{ a: marked, b: id }} bare className={buttonLook()}>
            <GitCompare size={14} aria-hidden /> Diff
          </Link>
        )}
      </footer>
    </aside>
  );
}

function Glance({ call }: { call: WholeCall }) {
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-dim">
        <StateMark state={stateOf({ outcome: call.outcome, findings: call.findings.length })}>
          {outcomeWords(call)}
        </StateMark>
        <span>{duration(call.total_ms)}</span>
        <span>{call.units?.priced === false ? "cost unknown" : pico(call.cost_pico)}</span>
        <Time at={call.at} />
      </div>
      <Said said={call.said} short />
      <Timeline call={call} />
      <Facts
        rows={[
          ["Release", call.release ?? call.requested_model],
          ["Arm", call.arm ?? "–"],
          ["Served by", [call.tier, call.provider, call.model].filter((part) => part !== null).join(" · ") || "nobody"],
          call.session === null ? null : ["Session", <SessionLink key="session" session={call.session} />],
          call.user === null ? null : ["User", call.user],
          call.findings.length === 0
            ? null
            : ["Findings", call.findings.map(({ check, detail }) => `${check}: ${detail}`).join("; ")],
          call.feedback.length === 0 ? null : ["Feedback", `${call.feedback.length} said`],
        ]}
      />
    </div>
  );
}

/** A session by its name; a call that is its own has none to open. */
export function SessionLink({
  session: { id, source },
}: {
  session: { readonly id: string; readonly source: string };
}) {
  if (source === "call") return <span className="text-dim">its own</span>;
  return (
    <Link to="/session" search={{ session: id }} className="break-all">
      {id}
    </Link>
  );
}
