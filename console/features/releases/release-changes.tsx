import { useQuery } from "@tanstack/react-query";
import type { diffReleasesRoute } from "../../../src/contract/release-diff.ts";
import { callApi } from "../../lib/api.ts";
import type { Answer, ApiError } from "../../lib/api.ts";
import { change, count, usd } from "../../lib/format.ts";
import { useEnvironment } from "../../lib/use-environment.ts";
import { DiffLines } from "../../ui/diff-lines.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";

type ReleaseDiff = Answer<typeof diffReleasesRoute>;

/** Asks for a comparison: it changes nothing, so it is read like any address. */
function useDiff(before: string, after: string) {
  const { environment } = useEnvironment();
  return useQuery<ReleaseDiff, ApiError>({
    queryKey: ["/api/releases/diff", before, after, environment],
    queryFn: async () =>
      (await callApi({
        method: "POST",
        path: "/api/releases/diff",
        query: { environment },
        body: { before, after },
      })) as ReleaseDiff,
    staleTime: 60_000,
  });
}

/** What differs between two releases: price, prompt as written and as rendered, models, parameters, tools, policies. */
export function ReleaseChanges({ before, after }: { before: string; after: string }) {
  const diff = useDiff(before, after);
  return (
    <Loaded query={diff}>
      {(found) =>
        found.same ? (
          <Panel>
            <Empty title="Nothing differs">
              {before} and {after} have the same contents.
            </Empty>
          </Panel>
        ) : (
          <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <div className="flex min-w-0 flex-col gap-4">
              <Sample diff={found} />
              <Parts changes={found.changes} />
            </div>
            <div className="flex flex-col gap-4 max-lg:order-first">
              <Price price={found.price} />
              <Moves compatibility={found.compatibility} />
            </div>
          </div>
        )
      }
    </Loaded>
  );
}

function Sample({ diff: { sample, before, after } }: { diff: ReleaseDiff }) {
  const { missing } = sample;
  const without = missing.before ?? missing.after;
  return (
    <Panel title="Prompt, rendered" note="both with the same values">
      {without === null ? (
        <DiffLines label={`The rendered prompt of ${before} against ${after}`} lines={sample.lines} />
      ) : (
        <p className="text-sm text-dim">
          It cannot be rendered without a value for <code className="font-mono">{without}</code>.
        </p>
      )}
      {Object.keys(sample.variables).length > 0 && (
        <p className="mt-2 text-xs text-faint">
          {Object.entries(sample.variables)
            .map(([name, value]) => `${name} = ${value}`)
            .join(", ")}
        </p>
      )}
    </Panel>
  );
}

const shown = (value: unknown): string =>
  value === null || value === undefined
    ? "nothing"
    : typeof value === "string"
      ? value
      : JSON.stringify(value, null, 2);

function Parts({ changes }: { changes: ReleaseDiff["changes"] }) {
  return (
    <Panel title="Changes" note={`${changes.length} in all`}>
      <ul className="flex flex-col gap-5">
        {changes.map(({ part, path, before, after, lines }, index) => (
          <li key={index} className="min-w-0">
            <div className="mb-1.5 flex items-baseline gap-2 text-sm">
              <span className="font-medium">{part}</span>
              {path !== part && <code className="font-mono text-xs text-faint">{path}</code>}
            </div>
            <DiffLines
              label={`Change of ${path}`}
              lines={
                lines ?? [
                  { kind: "removed", text: shown(before) },
                  { kind: "added", text: shown(after) },
                ]
              }
            />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Price({ price: { before, after, change: ratio, calls, days } }: { price: ReleaseDiff["price"] }) {
  return (
    <Panel title="Price of 1,000 calls">
      <div className="flex items-baseline gap-2">
        <span className="text-xl font-semibold">{usd(after.usd)}</span>
        {ratio !== null && (
          <StateMark plain state={ratio > 0.1 ? "warn" : "ok"}>
            {change(ratio)}
          </StateMark>
        )}
      </div>
      <p className="mt-1 text-xs text-dim">
        was {usd(before.usd)}, {before.model}
      </p>
      <p className="mt-1 text-xs text-faint">
        For the tokens of {count(calls)} recorded calls of {days} days, by today's prices, {after.model}
      </p>
    </Panel>
  );
}

const VERDICTS = {
  same: ["ok", "Same"],
  compatible: ["ok", "Compatible"],
  breaking: ["warn", "Breaking"],
} as const;

function Moves({ compatibility }: { compatibility: ReleaseDiff["compatibility"] }) {
  const { verdict, tools, output, variables, reasons } = compatibility;
  const mark = (one: keyof typeof VERDICTS) => (
    <StateMark plain state={VERDICTS[one][0]}>
      {VERDICTS[one][1]}
    </StateMark>
  );
  return (
    <Panel title="Conversations in flight" actions={mark(verdict)}>
      <Facts
        rows={[
          ["Output", mark(output.verdict)],
          ["Variables", mark(variables.verdict)],
          ...tools.map((tool) => [tool.name, mark(tool.verdict)] as const),
        ]}
      />
      {reasons.map((line) => (
        <p key={line} className="mt-2 text-xs text-dim">
          {line}
        </p>
      ))}
    </Panel>
  );
}
