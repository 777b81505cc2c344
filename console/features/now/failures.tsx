import { count, pico, share } from "../../lib/format.ts";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Time } from "../../ui/time.tsx";
import type { NowView } from "./now-view.ts";

/** The five worst causes of failed calls, and whom it has reached. */
export function Failures({ now: { at, failures, reach } }: { now: NowView }) {
  if (failures.length === 0 && reach === null) return null;
  return (
    <Panel title="Failing calls" flush>
      {reach !== null && <Reach reach={reach} isOver={reach.until < at} />}
      {failures.length > 0 && (
        <p className="px-4 pt-2 text-xs text-faint">By cause, all calls that failed in the last 5 minutes</p>
      )}
      <ol className="flex flex-col">
        {failures.map(({ cause, words, endpoint, release, model, calls, share: part, filter }, index) => (
          <li key={index} className="not-first:border-t not-first:border-line">
            <Link to="/calls" search={filter} bare className="flex items-start gap-3 px-4 py-2 hover:bg-hover">
              <span className="w-12 shrink-0 text-right text-sm font-semibold">{count(calls)}</span>
              <span className="min-w-0 flex-1 text-sm">
                <span className="font-medium">{words}</span>{" "}
                <code className="font-mono text-2xs text-faint">{cause}</code>
                <span className="block truncate text-xs text-dim">
                  {[endpoint, release, model].filter((each) => each !== null).join(" · ")}
                </span>
              </span>
              <span className="shrink-0 text-xs text-faint">{share(part)} of them</span>
            </Link>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** All of it is about the failed calls, from the beginning of the trouble to its end. */
function Reach({
  reach: { calls, of_calls: all, users, endpoints, since, until, cost_pico: cost },
  isOver,
}: {
  reach: NonNullable<NowView["reach"]>;
  isOver: boolean;
}) {
  const least = users?.at_least === true ? "at least " : "";
  const who =
    users === null ? "users not known" : `${least}${count(users.count)} ${users.count === 1 ? "user" : "users"}`;
  return (
    <p className="border-b border-line px-4 py-2.5 text-sm">
      <span className="font-semibold">{count(calls)}</span> of {count(all)} calls
      {endpoints.length > 0 && ` of ${endpoints.join(", ")}`} failed {isOver ? "from" : "since"}{" "}
      <Time at={since} show="seconds" />
      {isOver && (
        <>
          {" "}
          to <Time at={until} show="seconds" />
        </>
      )}
      : {who}. The failed calls cost {least}
      {pico(cost)}.
    </p>
  );
}
