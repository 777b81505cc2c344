import type { ReactNode } from "react";
import type { z } from "zod";
import type { pairView, showCopies } from "../../../src/contract/copies.ts";
import type { Answer } from "../../lib/api.ts";
import { count, duration, NO_DATA, pico, share, usd } from "../../lib/format.ts";
import { useApi } from "../../lib/use-api.ts";
import { Empty } from "../../ui/empty.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

type Copies = Answer<typeof showCopies>;
type Pair = z.output<typeof pairView>;
type Side = Pair["stable"];

/** What the copies of a shadow stage showed, answer beside answer. */
export function ShadowPairs({ rollout }: { rollout: string }) {
  const copies = useApi<typeof showCopies>("/api/rollouts/{rollout}/copies", {
    params: { rollout },
    topics: ["rollouts"],
    everyMs: 10_000,
  });
  return <Loaded query={copies}>{(data) => <Shown copies={data} />}</Loaded>;
}

function Shown({ copies }: { copies: Copies }) {
  const { copies: made, pairs, excused, spent_pico: spent, recent } = copies;
  return (
    <Panel
      flush
      title="Paired answers"
      note={`${count(made)} copies, ${count(pairs)} of them evidence, ${count(excused)} excused · ${pico(spent)}`}
    >
      <div className="border-b border-line p-4">
        <Facts rows={[...answerRows(copies), ...judgeRows(copies), skippedRow(copies), budgetRow(copies)]} />
      </div>
      {recent.length === 0 ? (
        <Empty title="No pairs yet">A copy and the call that it was made of stand here once both have answered.</Empty>
      ) : (
        <PairTable pairs={recent} />
      )}
    </Panel>
  );
}

type Row = readonly [name: string, value: ReactNode] | null;

function answerRows({ answers }: Copies): readonly Row[] {
  if (answers.compared === 0) return [["Answers", "nothing to compare yet"]];
  return [
    ["Same to the letter", partOf(answers.exact, answers.compared)],
    ["Alike by shared wording", answers.similarity === null ? NO_DATA : `${share(answers.similarity)} on average`],
    answers.structured === 0 ? null : ["JSON of another form", partOf(answers.new_structure, answers.structured)],
    answers.with_tools === 0 ? null : ["Other tools called", partOf(answers.other_tools, answers.with_tools)],
    answers.cut_by_tools === 0 ? null : ["One side ended in tools", count(answers.cut_by_tools)],
  ];
}

const partOf = (part: number, whole: number): string => `${count(part)} of ${count(whole)}`;

function judgeRows({ judged, judge_trouble: trouble }: Copies): readonly Row[] {
  if (judged === null) return [];
  const { candidate, stable, ties, flipped, failed, spent_pico: spent } = judged;
  const turned = flipped === 0 ? "" : `, ${count(flipped)} of them with the order`;
  const asked = candidate + stable + ties;
  return [
    [
      "The judge prefers",
      asked === 0
        ? "nobody yet"
        : `the candidate ${count(candidate)}, stable ${count(stable)}, neither ${count(ties)}${turned}`,
    ],
    ["The judge costs", `${pico(spent)}${failed === 0 ? "" : `; ${count(failed)} pairs it made nothing of`}`],
    trouble === null
      ? null
      : [
          "The judge's last trouble",
          <StateMark key="trouble" state="warn" plain wraps>
            {trouble}
          </StateMark>,
        ],
  ];
}

function skippedRow({ skipped }: Copies): Row {
  const reasons = Object.entries(skipped).filter(([, calls]) => calls > 0);
  if (reasons.length === 0) return null;
  return ["Not copied here", reasons.map(([why, calls]) => `${count(calls)} ${why.replaceAll("_", " ")}`).join(", ")];
}

function budgetRow({ no_room_in: budget }: Copies): Row {
  if (budget === null) return null;
  return [
    "No room for copies",
    <StateMark key="budget" state="warn" plain wraps>
      {`The budget ${budget} has none now: its last tenth is for live calls.`}
    </StateMark>,
  ];
}

/** Both calls of each pair, the newest first. */
function PairTable({ pairs }: { pairs: readonly Pair[] }) {
  return (
    <Table
      caption="Paired answers, the newest first"
      rows={pairs}
      keyOf={({ candidate }) => candidate.call}
      columns={[
        { head: "When", wide: true, cell: ({ at }) => <Time at={at} show="relative" /> },
        { head: "Stable", cell: ({ stable }) => <OneSide side={stable} /> },
        { head: "Candidate", cell: ({ candidate }) => <OneSide side={candidate} /> },
        { head: "Alike", right: true, cell: (pair) => alikeWords(pair) },
        { head: "Tools", wide: true, cell: ({ tools }) => (tools === null ? "" : TOOLS[tools]) },
        {
          head: "Answers",
          cell: ({ stable, candidate }) => (
            <Link to="/calls-diff" search={{ a: stable.call, b: candidate.call }}>
              Diff
            </Link>
          ),
        },
      ]}
    />
  );
}

const TOOLS = {
  same: "the same",
  order: "another order",
  arguments: "other arguments",
  tools: "other tools",
} as const;

function alikeWords({ exact, similarity, new_structure: isNew, excused }: Pair): ReactNode {
  if (excused) return <StateMark state="none">excused</StateMark>;
  const alike = exact === true ? "the same" : share(similarity);
  return isNew === true ? `${alike}, other form` : alike;
}

/** A call with how it ended, how long it took and what it cost. */
function OneSide({ side }: { side: Side }) {
  const trouble = troubleOf(side);
  return (
    <div>
      <Link to={`/calls/${side.call}`} className="whitespace-nowrap">
        {duration(side.latency_ms)}, {usd(side.cost_usd)}
      </Link>
      <p className="text-2xs text-faint">
        {!side.failed && `${count(side.output_tokens)} tokens`}
        {trouble !== null && (
          <span className="text-bad">
            {side.failed ? "" : " · "}
            {trouble}
          </span>
        )}
      </p>
    </div>
  );
}

const troubleOf = ({ failed, refused, invalid }: Side): string | null =>
  failed ? "failed" : refused ? "refused" : invalid ? "invalid output" : null;
