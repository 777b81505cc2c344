import type { z } from "zod";
import type { spendSum } from "../../../src/contract/spend.ts";
import { count, pico, share, shortCount } from "../../lib/format.ts";
import { Empty } from "../../ui/empty.tsx";
import { Link } from "../../ui/link.tsx";
import { ShareBar } from "../../ui/share-bar.tsx";
import { Table } from "../../ui/table.tsx";

type SpendSum = z.output<typeof spendSum>;

/** What a sum can be told apart by here. */
export type SpendBy = "endpoint" | "model" | "key" | "user";

/** Who spent how much, the dearest first. */
export function SpendTable({ rows, by }: { rows: readonly SpendSum[]; by: SpendBy }) {
  if (rows.length === 0) return <Empty title="Nothing was spent in this time" />;
  const all = rows.reduce((sum, { cost_pico: cost }) => sum + Number(cost), 0);
  return (
    <Table
      caption={`Spend by ${by}`}
      rows={rows}
      keyOf={(row) => row[by] ?? ""}
      columns={[
        { head: by, className: "capitalize", cell: (row) => <Subject by={by} name={row[by] ?? ""} /> },
        {
          head: "Share",
          wide: true,
          cell: ({ cost_pico: cost }) => <ShareBar share={all === 0 ? 0 : Number(cost) / all} />,
        },
        { head: "Cost", right: true, cell: ({ cost_pico: cost }) => pico(cost) },
        { head: "Calls", right: true, cell: ({ calls }) => count(calls) },
        { head: "In", right: true, wide: true, cell: ({ tokens }) => shortCount(inputOf(tokens)) },
        { head: "From a cache", right: true, wide: true, cell: ({ tokens }) => cachedShare(tokens) },
        { head: "Out", right: true, wide: true, cell: ({ tokens }) => shortCount(tokens.output + tokens.reasoning) },
      ]}
    />
  );
}

const inputOf = ({ input, cached_input: cached, cache_write: written }: SpendSum["tokens"]): number =>
  input + cached + written;

function cachedShare(tokens: SpendSum["tokens"]): string {
  const all = inputOf(tokens);
  return all === 0 ? "none" : share(tokens.cached_input / all);
}

function Subject({ by, name }: { by: SpendBy; name: string }) {
  if (name === "")
    return <span className="text-faint normal-case">{by === "user" ? "no user named" : "no endpoint"}</span>;
  return (
    <Link to="/calls" search={{ [by]: name }} className="normal-case">
      {name}
    </Link>
  );
}
