import type { z } from "zod";
import type { learnedLimitView } from "../../../src/contract/meters.ts";
import { duration, share, shortCount } from "../../lib/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";

type Learned = z.output<typeof learnedLimitView>;

/** What providers allow us, learnt from what their answers say. Nothing where nothing was learnt. */
export function LearnedLimits({ learned }: { learned: readonly Learned[] }) {
  if (learned.length === 0) return null;
  return (
    <Panel title="What providers allow" note="learnt from their answers" flush>
      <Table
        caption="Limits of providers"
        rows={learned}
        keyOf={({ provider, model, key, limit }) => `${provider}/${model}/${key}/${limit}`}
        columns={[
          { head: "Model", cell: ({ provider, model }) => `${provider}/${model}` },
          { head: "Key", right: true, wide: true, cell: ({ key }) => key },
          { head: "Limit", cell: ({ limit }) => limit },
          { head: "Left", right: true, cell: leftOf },
          {
            head: "Full again in",
            right: true,
            wide: true,
            cell: ({ reset_ms: ms }) => (ms === 0 ? "now" : duration(ms)),
          },
          {
            head: "State",
            cell: ({ rests_ms: rests }) =>
              rests > 0 ? (
                <StateMark state="held">rests {duration(rests)}</StateMark>
              ) : (
                <StateMark state="ok">in use</StateMark>
              ),
          },
        ]}
      />
    </Panel>
  );
}

const leftOf = ({ left, size }: Learned): string =>
  size === null || size === 0 ? shortCount(left) : `${shortCount(left)} · ${share(left / size)}`;
