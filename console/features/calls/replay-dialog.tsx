import { useState } from "react";
import type { replayCall } from "../../../src/contract/calls.ts";
import type { listReleases } from "../../../src/contract/endpoints.ts";
import type { Answer } from "../../lib/api.ts";
import { pathOf } from "../../lib/api.ts";
import { duration, pico } from "../../lib/format.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { CodeDiff } from "../../ui/code-diff.tsx";
import { CodeBlock } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/field.tsx";
import { Link } from "../../ui/link.tsx";
import { Problem } from "../../ui/problem.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Choice } from "../../ui/tabs.tsx";

type Replayed = Answer<typeof replayCall>;

type Way = "own" | "other" | "echo";

const WAYS = [
  ["own", "Send again"],
  ["other", "Another release"],
  ["echo", "Echo"],
] as const;

const EFFECTS: Readonly<Record<Way, string>> = {
  own: "Sends the same request through the release that answered then, and shows what differs. Your key pays; it is marked as a replay and counts as no evidence.",
  other:
    "Sends the same conversation through another release: what would have been. Your key pays; it is marked as a replay and counts as no evidence.",
  echo: "Gives the recorded answer again with its time to the first token and to the end, to test a client. Nobody is asked and nothing is paid.",
};

interface ReplayDialogProps {
  readonly call: { readonly id: string; readonly endpoint: string | null; readonly release: string | null };
  readonly onClose: () => void;
}

/** Three ways to see a call again. */
export function ReplayDialog({ call, onClose }: ReplayDialogProps) {
  const [way, setWay] = useState<Way>("own");
  const [release, setRelease] = useState("");
  const command = useCommand<Replayed>();
  const send = (): void =>
    command.mutate({
      path: pathOf("/api/calls/{call}/replays", { call: call.id }),
      body: way === "other" ? { release } : {},
    });
  const isReady = way === "own" || (way === "other" && release !== "");
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Replay ${call.release ?? call.id}`}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          {way !== "echo" && (
            <Button kind="main" disabled={!isReady || command.isPending} onClick={send}>
              {command.isPending ? "Sending …" : "Send"}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4 p-5">
        <Choice
          label="Way"
          options={WAYS.filter(([each]) => each !== "other" || call.endpoint !== null)}
          value={way}
          onChoose={(value) => {
            setWay(value as Way);
            command.reset();
          }}
        />
        <p className="text-sm text-dim text-pretty">{EFFECTS[way]}</p>
        {way === "other" && call.endpoint !== null && (
          <ReleaseChoice endpoint={call.endpoint} own={call.release} value={release} onChoose={setRelease} />
        )}
        {way === "echo" && (
          <CodeBlock
            label="command"
            text={`curl -N -H "authorization: Bearer $ROLLWARD_API_KEY" '${location.origin}/api/calls/${call.id}/echo'`}
          />
        )}
        {command.error !== null && <Problem error={command.error} />}
        {command.data !== undefined && <Outcome replayed={command.data} />}
      </div>
    </Dialog>
  );
}

interface ReleaseChoiceProps {
  readonly endpoint: string;
  readonly own: string | null;
  readonly value: string;
  readonly onChoose: (release: string) => void;
}

function ReleaseChoice({ endpoint, own, value, onChoose }: ReleaseChoiceProps) {
  const releases = useApi<typeof listReleases>("/api/endpoints/{endpoint}/releases", {
    params: { endpoint },
    query: { limit: 100 },
  });
  const others = (releases.data?.data ?? []).filter(({ name }) => name !== own);
  return (
    <Select
      label="Release"
      options={[
        ["", others.length === 0 ? "There is no other release" : "Choose one"],
        ...others.map(({ name }) => [name, name] as const),
      ]}
      value={value}
      onChange={({ target }) => onChoose(target.value)}
    />
  );
}

function Outcome({ replayed }: { replayed: Replayed }) {
  const { call, release, status, is_same: isSame, upstream_is_same: sameUpstream, before, after } = replayed;
  return (
    <section aria-label="What came of it" className="flex flex-col gap-2 border-t border-line pt-4" aria-live="polite">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <StateMark state={status >= 400 ? "bad" : isSame ? "ok" : "info"}>
          {status >= 400 ? `failed with ${status}` : isSame ? "the same answer" : "another answer"}
        </StateMark>
        <span className="text-dim">
          {release} · {duration(replayed.total_ms)} · {pico(replayed.cost_pico)} (then {pico(replayed.cost_before_pico)}
          )
        </span>
        <Link to={`/calls/${call}`}>the new call</Link>
      </p>
      {sameUpstream !== null && (
        <p className="text-xs text-dim">
          {sameUpstream ? "The provider got the same bytes." : "The provider got other bytes than then."}
        </p>
      )}
      {!isSame && <CodeDiff before={before} after={after} label="The answer then and now" />}
    </section>
  );
}
