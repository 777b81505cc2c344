import { useState } from "react";
import type { z } from "zod";
import type { alertView } from "../../../src/contract/alerts.ts";
import { useCommand } from "../../lib/use-api.ts";
import { Select } from "../../ui/field.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { toast } from "../../ui/toast.tsx";

const SPANS = [
  ["3600", "an hour"],
  ["14400", "four hours"],
  ["86400", "a day"],
  ["604800", "a week"],
] as const;

/** Nobody is told of an alert like this for a time. */
export function NewSilence({ alert, onClose }: { alert: z.output<typeof alertView>; onClose: () => void }) {
  const command = useCommand();
  const [seconds, setSeconds] = useState("3600");
  const matchers = [
    { label: "rule", value: alert.rule },
    ...(alert.endpoint === null ? [] : [{ label: "endpoint", value: alert.endpoint }]),
  ];
  return (
    <ReasonDialog
      title={`Silence ${alert.rule}`}
      verb="Silence"
      effect={
        <div className="flex flex-col gap-3">
          <p>
            Nobody is told of {alert.rule}
            {alert.endpoint !== null && ` of ${alert.endpoint}`}. It is shown all the same, and can be ended at any
            time.
          </p>
          <Select label="For" options={SPANS} value={seconds} onChange={(event) => setSeconds(event.target.value)} />
        </div>
      }
      onClose={onClose}
      onConfirm={async (reason) => {
        const body = { matchers, for_seconds: Number(seconds), reason };
        await command.mutateAsync({ path: "/api/alerts/silences", body });
        toast({ state: "ok", text: `${alert.rule} is silent for ${SPANS.find(([value]) => value === seconds)?.[1]}.` });
      }}
    />
  );
}
