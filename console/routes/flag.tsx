import { useState } from "react";
import type { showFlag } from "../../src/contract/flags.ts";
import { FlagCounts, FlagRules } from "../features/flags/flag-parts.tsx";
import { FlagProbe } from "../features/flags/flag-probe.tsx";
import type { Answer } from "../lib/api.ts";
import { pathOf } from "../lib/api.ts";
import { useApi, useCommand } from "../lib/use-api.ts";
import { useParam } from "../lib/use-param.ts";
import { Button } from "../ui/button.tsx";
import { Facts } from "../ui/facts.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { ReasonDialog } from "../ui/reason-dialog.tsx";
import { Time } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { FlagState } from "./flags.tsx";

type Flag = Answer<typeof showFlag>;

/** One flag: its rules in order, who got what, and its kill switch. */
export function FlagPage() {
  const flag = useParam("flag");
  const query = useApi<typeof showFlag>("/api/flags/{flag}", {
    params: { flag },
    topics: ["changes"],
    everyMs: 30_000,
  });
  return <Loaded query={query}>{(data) => <FlagView flag={data} />}</Loaded>;
}

function FlagView({ flag }: { flag: Flag }) {
  return (
    <Page title={flag.flag} lead={flag.description} actions={<KillSwitch flag={flag} />}>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <FlagRules flag={flag} />
          <FlagCounts flag={flag} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Panel title="What it is">
            <Facts
              rows={[
                ["State", <FlagState key="state" flag={flag} />],
                flag.killed === null
                  ? null
                  : [
                      "Killed by",
                      <Thrown key="killed" by={flag.killed.by} at={flag.killed.at} reason={flag.killed.reason} />,
                    ],
                ["Type", flag.type],
                ["Without a rule", flag.default_variant],
                ["When off", flag.off_variant],
                [
                  "Needs",
                  flag.prerequisites.map((each) => `${each.flag}: ${each.variants.join(" or ")}`).join(", ") ||
                    "nothing",
                ],
                flag.changed_at === null ? null : ["Changed", <Time key="changed" at={flag.changed_at} />],
              ]}
            />
          </Panel>
          <FlagProbe flag={flag.flag} />
          {flag.kills.length > 0 && (
            <Panel title="Kill switch, so far">
              <ul className="flex flex-col gap-3 text-sm">
                {flag.kills.map(({ id, by, at, reason, restored }) => (
                  <li key={id}>
                    <Thrown by={by} at={at} reason={reason} />
                    {restored !== null && (
                      <p className="text-dim">
                        Restored by {restored.by}, <Time at={restored.at} />: {restored.reason}
                      </p>
                    )}
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
      </div>
    </Page>
  );
}

function Thrown({ by, at, reason }: { by: string; at: string; reason: string }) {
  return (
    <p>
      {by}, <Time at={at} />: {reason}
    </p>
  );
}

function KillSwitch({ flag }: { flag: Flag }) {
  const command = useCommand();
  const [isOpen, setOpen] = useState(false);
  const isKilled = flag.killed !== null;
  const verb = isKilled ? "Restore" : "Kill";
  const path = pathOf(`/api/flags/{flag}/${isKilled ? "restore" : "kill"}`, { flag: flag.flag });
  return (
    <>
      <Button kind={isKilled ? "main" : "danger"} onClick={() => setOpen(true)}>
        {verb} {flag.flag}
      </Button>
      {isOpen && (
        <ReasonDialog
          title={`${verb} ${flag.flag}`}
          verb={verb}
          danger={!isKilled}
          effect={
            isKilled
              ? "It goes by its rules again, everywhere within a second."
              : `Everybody gets ${flag.off_variant}, whatever the rules say, everywhere within a second. Restore takes it back.`
          }
          onClose={() => setOpen(false)}
          onConfirm={async (reason) => {
            await command.mutateAsync({ path, body: { reason } });
            toast({ state: "ok", text: `${flag.flag} was ${isKilled ? "restored" : "killed"}.` });
          }}
        />
      )}
    </>
  );
}
