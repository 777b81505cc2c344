import type { explainSpend, listSpendAnomalies } from "../../../src/contract/spend.ts";
import type { Answer } from "../../lib/api.ts";
import { pico } from "../../lib/format.ts";
import { Empty } from "../../ui/empty.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

type Change = Answer<typeof explainSpend>;

const PARTS = [
  ["volume_pico", "More or fewer calls"],
  ["mix_pico", "Other models"],
  ["tokens_pico", "Tokens per call"],
  ["classes_pico", "Caches and reasoning"],
  ["price_pico", "Prices"],
] as const;

/** Why it cost more or less than before: parts that add up to the last pico-dollar. */
export function SpendChange({ change, when }: { change: Change; when: string }) {
  const most = Math.max(1, ...PARTS.map(([name]) => Math.abs(Number(change[name]))));
  return (
    <Panel title="What changed" note={`${when} against the same time before`}>
      <p className="mb-3 text-sm">
        {pico(change.before_pico)} before, {pico(change.after_pico)} now:{" "}
        <strong className="font-semibold">{signed(change.change_pico)}</strong>
      </p>
      <ul className="flex flex-col gap-2 text-sm">
        {PARTS.map(([name, label]) => (
          <li key={name} className="grid grid-cols-[minmax(0,11rem)_minmax(0,1fr)_5.5rem] items-center gap-3">
            <span className="truncate text-dim">{label}</span>
            <Bar value={Number(change[name]) / most} />
            <span className="text-right">{signed(change[name])}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** A bar from the middle: dearer to the right, cheaper to the left. */
function Bar({ value }: { value: number }) {
  const width = `${Math.abs(value) * 50}%`;
  return (
    <span className="relative h-2 rounded-full bg-sunken" aria-hidden>
      <span
        className="absolute inset-y-0 rounded-full bg-dim"
        style={value < 0 ? { right: "50%", width } : { left: "50%", width }}
      />
    </span>
  );
}

const signed = (value: string): string => (value.startsWith("-") || value === "0" ? pico(value) : `+${pico(value)}`);

type Anomaly = Answer<typeof listSpendAnomalies>["data"][number];

/** Who is too dear against the same hour of previous days. */
export function SpendAnomalies({ rows }: { rows: readonly Anomaly[] }) {
  return (
    <Panel title="Unusual spend" note="against the same hour of previous days" flush>
      {rows.length === 0 ? (
        <Empty title="Nothing unusual" />
      ) : (
        <Table
          caption="Unusual spend"
          rows={rows}
          keyOf={({ subject, hour }) => `${subject} ${hour}`}
          columns={[
            { head: "Who", cell: ({ subject }) => subject },
            { head: "Hour", wide: true, cell: ({ hour }) => <Time at={hour} /> },
            { head: "Spent", right: true, cell: (row) => <StateMark state="warn">{pico(row.spent_pico)}</StateMark> },
            { head: "Usually", right: true, cell: (row) => pico(row.usual_pico) },
            { head: "Why", wide: true, cell: ({ why }) => why },
          ]}
        />
      )}
    </Panel>
  );
}
