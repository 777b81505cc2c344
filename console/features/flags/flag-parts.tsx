import type { showFlag } from "../../../src/contract/flags.ts";
import type { Answer } from "../../lib/api.ts";
import { count, share } from "../../lib/format.ts";
import { Empty } from "../../ui/empty.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

type Flag = Answer<typeof showFlag>;

/** The rules, in the order in which they are asked, and what is left after them. */
export function FlagRules({ flag }: { flag: Flag }) {
  const last = { name: "otherwise", for: "everybody else", share: 1, serves: flag.default_variant, in_force: true };
  return (
    <Panel title="Rules" note="the first that fits decides" flush>
      <Table
        caption="Rules"
        rows={[...flag.rules_in_order, last]}
        keyOf={({ name }) => name}
        columns={[
          { head: "For", cell: (rule) => <RuleWords name={rule.name} whom={rule.for} /> },
          { head: "Share", right: true, cell: (rule) => share(rule.share) },
          { head: "Serves", cell: ({ serves }) => <code className="text-xs">{serves}</code> },
          {
            head: "State",
            wide: true,
            cell: (rule) =>
              rule.in_force ? (
                <StateMark state="ok">in force</StateMark>
              ) : (
                <StateMark state="none">not now, not here</StateMark>
              ),
          },
        ]}
      />
    </Panel>
  );
}

function RuleWords({ name, whom }: { name: string; whom: string }) {
  return (
    <div>
      <p>{whom}</p>
      <p className="text-xs text-faint">{name}</p>
    </div>
  );
}

/** How often each variant was given, and its value. */
export function FlagCounts({ flag }: { flag: Flag }) {
  const all = flag.counts.reduce((sum, { evaluations }) => sum + evaluations, 0);
  return (
    <Panel title="Variants" note={`${count(all)} evaluations`} flush>
      {flag.variants.length === 0 ? (
        <Empty title="No variants" />
      ) : (
        <Table
          caption="Variants"
          rows={flag.variants}
          keyOf={(variant) => variant}
          columns={[
            { head: "Variant", cell: (variant) => variant },
            { head: "Value", cell: (variant) => <ValueText value={flag.values[variant]} /> },
            { head: "Given", right: true, cell: (variant) => given(flag, variant) },
            {
              head: "Last",
              right: true,
              wide: true,
              cell: (variant) => {
                const at = flag.counts.find((each) => each.variant === variant)?.last_at;
                return at === undefined ? "never" : <Time at={at} />;
              },
            },
          ]}
        />
      )}
    </Panel>
  );
}

const ValueText = ({ value }: { value: unknown }) => (
  <code className="block max-w-64 truncate text-xs">{JSON.stringify(value)}</code>
);

function given({ counts }: Flag, variant: string): string {
  const all = counts.reduce((sum, { evaluations }) => sum + evaluations, 0);
  const own = counts.find((each) => each.variant === variant)?.evaluations ?? 0;
  return all === 0 ? "0" : `${count(own)} · ${share(own / all)}`;
}
