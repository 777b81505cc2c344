import type { z } from "zod";
import type { listAlertRules, ruleView } from "../../../src/contract/alerts.ts";
import { span } from "../../lib/format.ts";
import { useApi } from "../../lib/use-api.ts";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Severity } from "./alert-marks.tsx";

type Rule = z.output<typeof ruleView>;

/** The rules in force, with what each finds now. */
export function Rules() {
  const rules = useApi<typeof listAlertRules>("/api/alerts/rules", { topics: ["alerts", "changes"], everyMs: 30_000 });
  return (
    <Panel title="Rules" note="default ones too; they are changed in rollward.yaml" flush>
      <Loaded query={rules}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No rules" />
          ) : (
            <Table
              caption="Rules"
              rows={data}
              keyOf={({ rule }) => rule}
              columns={[
                { head: "Rule", cell: (rule) => <RuleName of={rule} /> },
                { head: "Watches", wide: true, cell: ({ watches }) => watches },
                { head: "Severity", wide: true, cell: ({ severity }) => <Severity severity={severity} /> },
                {
                  head: "For",
                  right: true,
                  wide: true,
                  cell: (rule) => (rule.for_seconds === 0 ? "at once" : span(rule.for_seconds)),
                },
                { head: "Finds now", cell: (rule) => <Findings of={rule} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

/** On a phone with what the rule watches: there is no room for columns. */
function RuleName({ of: { rule, watches, severity, is_default: isDefault } }: { of: Rule }) {
  return (
    <div>
      <p className="font-medium wrap-anywhere">{rule}</p>
      <p className="text-xs text-faint">{isDefault ? "on by default" : "from rollward.yaml"}</p>
      <div className="mt-1 md:hidden">
        <p className="text-xs text-pretty text-dim">{watches}</p>
        <Severity severity={severity} />
      </div>
    </div>
  );
}

/** What is bad, or that nothing is; a rule without numbers says so. */
function Findings({ of: { findings } }: { of: Rule }) {
  const bad = findings.filter((finding) => finding.is_bad === true);
  if (bad.length > 0) {
    return (
      <ul className="flex flex-col gap-1">
        {bad.map(({ summary }) => (
          <li key={summary}>
            <StateMark plain wraps state="warn">
              {summary}
            </StateMark>
          </li>
        ))}
      </ul>
    );
  }
  const isKnown = findings.some((finding) => finding.is_bad !== null);
  return isKnown ? <StateMark state="ok">nothing</StateMark> : <StateMark state="none">no data</StateMark>;
}
