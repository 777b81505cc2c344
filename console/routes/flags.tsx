import { Flag } from "lucide-react";
import type { z } from "zod";
import type { flagSummary, listFlags } from "../../src/contract/flags.ts";
import { shortCount } from "../lib/format.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Empty } from "../ui/empty.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { SearchInput } from "../ui/field.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Table } from "../ui/table.tsx";
import { Choice } from "../ui/tabs.tsx";
import { Time } from "../ui/time.tsx";

type FlagSummary = z.output<typeof flagSummary>;

const SHOWN = [
  ["all", "All"],
  ["killed", "Killed"],
  ["stale", "Can be taken out"],
] as const;

/** Flags: what is killed, how often each was asked for, and which can be taken out. */
export function FlagsPage() {
  const [search, change] = useSearchState();
  const flags = useApi<typeof listFlags>("/api/flags", { topics: ["changes"], everyMs: 30_000 });
  const shown = search["show"] ?? "all";
  return (
    <Page
      title="Flags"
      lead="Who gets which variant, decided in this process. Any OpenFeature client reads them."
      actions={
        <>
          <SearchInput
            label="Search flags"
            placeholder="Search"
            value={search["q"] ?? ""}
            onChange={(event) => change({ q: event.target.value })}
            className="w-48"
          />
          <Choice
            label="Which flags"
            options={SHOWN}
            value={shown}
            onChoose={(value) => change({ show: value === "all" ? null : value })}
          />
        </>
      }
    >
      <Panel flush>
        <Loaded query={flags}>{({ data }) => <FlagTable all={data} shown={shown} words={search["q"] ?? ""} />}</Loaded>
      </Panel>
    </Page>
  );
}

function FlagTable({ all, shown, words }: { all: readonly FlagSummary[]; shown: string; words: string }) {
  if (all.length === 0) {
    return (
      <Empty icon={Flag} title="No flags yet">
        Write them under flags: in rollward.yaml and apply the project.
      </Empty>
    );
  }
  const rows = all
    .filter(({ killed, stale }) => shown === "all" || (shown === "killed" ? killed !== null : stale !== null))
    .filter(({ flag, description }) => `${flag} ${description}`.toLowerCase().includes(words.toLowerCase()));
  if (rows.length === 0) return <Empty icon={Flag} title="None of the flags is like that" />;
  return (
    <Table
      caption="Flags"
      rows={rows}
      keyOf={({ flag }) => flag}
      columns={[
        {
          head: "Flag",
          cell: ({ flag, description }) => (
            <div className="min-w-0">
              <Link to={`/flags/${flag}`} className="font-medium">
                {flag}
              </Link>
              <p className="max-w-md truncate text-xs text-faint">{description}</p>
            </div>
          ),
        },
        { head: "State", cell: (flag) => <FlagState flag={flag} /> },
        {
          head: "Serves",
          cell: ({ default_variant: variant, rules }) => `${variant}, ${ruleCount(rules)}`,
          wide: true,
        },
        { head: "Asked for", right: true, cell: ({ evaluations }) => shortCount(evaluations) },
        {
          head: "Last",
          right: true,
          wide: true,
          cell: ({ evaluated_at: at }) => (at === null ? "never" : <Time at={at} />),
        },
      ]}
    />
  );
}

const ruleCount = (rules: number): string => (rules === 0 ? "no rules" : rules === 1 ? "1 rule" : `${rules} rules`);

/** In force, killed, or of no use any more. */
export function FlagState({ flag: { killed, stale } }: { flag: Pick<FlagSummary, "killed" | "stale"> }) {
  if (killed !== null) return <StateMark state="bad">killed</StateMark>;
  if (stale === null) return <StateMark state="ok">in force</StateMark>;
  return (
    <StateMark state="held">
      {stale.why === "one-sided" ? "everybody gets one variant" : "nobody asks for it"}
    </StateMark>
  );
}
