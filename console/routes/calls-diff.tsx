import { ArrowLeftRight } from "lucide-react";
import type { diffCalls, showCall } from "../../src/contract/calls.ts";
import { outcomeWords, ServedBy, stateOf } from "../features/calls/call-words.tsx";
import type { CallLine } from "../features/calls/call-filters.ts";
import type { Answer } from "../lib/api.ts";
import { change as changeOf, duration, pico } from "../lib/format.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Button } from "../ui/button.tsx";
import { CodeDiff } from "../ui/code-diff.tsx";
import { Empty } from "../ui/empty.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Time } from "../ui/time.tsx";

type Diff = Answer<typeof diffCalls>;

/** Two calls: in what their answers, requests and facts differ. */
export function CallsDiffPage() {
  const [{ a, b }, change] = useSearchState();
  if (a === undefined || b === undefined) {
    return (
      <Page title="Difference of two calls">
        <Empty title="Two calls are needed">
          Mark one in the <Link to="/calls">list of calls</Link> with <kbd>m</kbd>, open another and press <kbd>d</kbd>.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title="Difference of two calls"
      actions={
        <Button icon={ArrowLeftRight} onClick={() => change({ a: b, b: a })}>
          Swap
        </Button>
      }
    >
      <Compared before={a} after={b} />
    </Page>
  );
}

function Compared({ before, after }: { before: string; after: string }) {
  const diff = useApi<typeof diffCalls>("/api/calls/{call}/diff", { params: { call: before }, query: { with: after } });
  return (
    <Loaded query={diff}>
      {(data) => (
        <>
          <div className="grid gap-4 md:grid-cols-2">
            <Side title="Before" call={data.before} />
            <Side title="After" call={data.after} against={data.before} />
          </div>
          <SaidDiff before={before} after={after} isSame={data.answer.same} />
          <Changes title="Answer" side={data.answer} />
          <Changes title="Request" side={data.request} />
          <Changes title="Sent to the provider" side={data.upstream} />
          <Changes title="Facts" side={data.facts} />
        </>
      )}
    </Loaded>
  );
}

function Side({ title, call, against }: { title: string; call: CallLine; against?: CallLine }) {
  const slower = against === undefined || against.total_ms === 0 ? null : call.total_ms / against.total_ms - 1;
  return (
    <Panel title={title} note={<Time at={call.at} />}>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <StateMark state={stateOf(call)}>{outcomeWords(call)}</StateMark>
        <ServedBy call={call} />
        <span className="text-dim">{call.model ?? "–"}</span>
        <span className="text-dim">
          {duration(call.total_ms)}
          {slower !== null && ` (${changeOf(slower)})`}
        </span>
        <span className="text-dim">{pico(call.cost_pico)}</span>
        <Link to={`/calls/${call.id}`}>open</Link>
      </p>
    </Panel>
  );
}

/** What was answered, text beside text. */
function SaidDiff({ before, after, isSame }: { before: string; after: string; isSame: boolean }) {
  const query = { bodies: "false" };
  const one = useApi<typeof showCall>("/api/calls/{call}", { params: { call: before }, query });
  const other = useApi<typeof showCall>("/api/calls/{call}", { params: { call: after }, query });
  if (isSame || one.data?.said == null || other.data?.said == null) return null;
  return (
    <Panel title="What was answered" flush>
      <CodeDiff
        before={one.data.said.answered}
        after={other.data.said.answered}
        label="What was answered before and after"
      />
    </Panel>
  );
}

function Changes({ title, side: { form, same, changes, cut } }: { title: string; side: Diff["facts"] }) {
  const found =
    changes.length === 1 && !cut ? "1 difference" : `${changes.length}${cut ? " and more" : ""} differences`;
  const note = form === "none" ? "not kept of both" : same ? "the same" : found;
  if (form === "none" || same || changes.length === 0)
    return (
      <Panel title={title} note={note} flush>
        {null}
      </Panel>
    );
  return (
    <Panel title={title} note={note} flush>
      <ul className="max-h-[60dvh] overflow-y-auto" tabIndex={0}>
        {changes.map(({ path, kind, before, after }) => (
          <li key={`${kind} ${path}`} className="border-t border-line px-4 py-2 text-xs first:border-t-0">
            <code className="font-mono text-dim">{path === "" ? "/" : path}</code>{" "}
            <span className="text-faint">{kind}</span>
            {before !== null && <Value mark="−" text={before} look="bg-bad-soft" />}
            {after !== null && <Value mark="+" text={after} look="bg-ok-soft" />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const Value = ({ mark, text, look }: { mark: string; text: string; look: string }) => (
  <span className={`mt-1 flex gap-2 rounded-sm px-2 py-0.5 font-mono ${look}`}>
    <span aria-hidden>{mark}</span>
    <span className="min-w-0 break-all whitespace-pre-wrap">{text}</span>
  </span>
);
