import { clsx } from "clsx";
import type { showSession } from "../../src/contract/sessions.ts";
import { askedOf, outcomeWords, ServedBy, stateOf } from "../features/calls/call-words.tsx";
import type { CallLine } from "../features/calls/call-filters.ts";
import type { Answer } from "../lib/api.ts";
import { count, duration, NO_DATA, pico, share, span, usd } from "../lib/format.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Empty } from "../ui/empty.tsx";
import { Facts } from "../ui/facts.tsx";
import { Figure } from "../ui/figure.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Time } from "../ui/time.tsx";
import { FeedbackList } from "./call.tsx";

type SessionView = Answer<typeof showSession>;

/** One session: the thread of its calls, who served them, what was said of it. */
export function SessionPage() {
  const [{ session = "" }] = useSearchState();
  const found = useApi<typeof showSession>("/api/session", { query: { session, limit: 200 }, topics: ["calls"] });
  return (
    <Page
      title="Session"
      heading={<span className="break-all">{session}</span>}
      lead={
        <Link to="/calls" search={{ session }}>
          Its calls in the list
        </Link>
      }
    >
      <Loaded query={found}>
        {(data) =>
          data.calls.length === 0 ? (
            <Empty title="No calls of this session">Records expire; see the retention in Settings.</Empty>
          ) : (
            <Thread data={data} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Thread({ data }: { data: SessionView }) {
  const { total, calls, feedback } = data;
  return (
    <>
      {total !== null && (
        <section
          aria-label="What it came to"
          className="grid grid-cols-2 overflow-hidden rounded-lg border border-line bg-surface md:grid-cols-4 md:divide-x md:divide-line"
        >
          <Figure label="Calls" value={count(total.calls)} n={null} />
          <Figure label="Failed" value={share(total.failed / Math.max(1, total.calls))} n={total.calls} />
          <Figure label="Cost" value={usd(total.cost_usd)} n={total.calls} />
          <Figure
            label="Lasted"
            value={span((Date.parse(total.last_at) - Date.parse(total.first_at)) / 1_000)}
            n={null}
          />
        </section>
      )}
      <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <ol aria-label="Calls, oldest first" className="flex min-w-0 flex-col gap-3">
          {calls.map((call) => (
            <li key={call.id}>
              <Turn call={call} />
            </li>
          ))}
        </ol>
        <div className="flex min-w-0 flex-col gap-4">
          <Panel title="Who served it">
            <Facts rows={servedRows(data)} />
          </Panel>
          <Panel title="Feedback" note={feedback.length === 0 ? "nothing was said" : String(feedback.length)}>
            {feedback.length === 0 ? (
              <p className="text-sm text-dim">{NO_DATA}</p>
            ) : (
              <FeedbackList feedback={feedback} />
            )}
          </Panel>
        </div>
      </div>
    </>
  );
}

const servedRows = ({ arms, users }: SessionView): readonly (readonly [string, string])[] => [
  ...arms.map(
    ({ arm, release, calls }) => [release, `${arm}, ${calls === 1 ? "1 call" : `${count(calls)} calls`}`] as const,
  ),
  ...(users.length === 0 ? [] : [["User", users.join(", ")] as const]),
];

/** A call as a turn of a conversation; opens it. */
function Turn({ call }: { call: CallLine }) {
  return (
    <article className="rounded-lg border border-line bg-surface">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5 text-xs text-dim">
        <StateMark state={stateOf(call)} plain>
          {outcomeWords(call)}
        </StateMark>
        <ServedBy call={call} />
        <span>{duration(call.total_ms)}</span>
        <span>{call.is_priced ? pico(call.cost_pico) : "cost unknown"}</span>
        <span className="ml-auto flex items-center gap-3">
          <Time at={call.at} show="day" />
          <Link to={`/calls/${call.id}`}>open</Link>
        </span>
      </header>
      <div className="flex flex-col gap-2 p-4 text-sm">
        <p className="break-words">{askedOf(call)}</p>
        {call.gist !== null && (
          <p className={clsx("border-l-2 border-line-strong pl-3 break-words text-dim")}>
            {call.gist.answered !== "" ? call.gist.answered : call.outcome === "failed" ? "no answer" : "no text"}
          </p>
        )}
      </div>
    </article>
  );
}
