import { clsx } from "clsx";
import {
  Bell,
  CircleDollarSign,
  CirclePause,
  Database,
  Flag,
  FolderGit2,
  KeyRound,
  Rocket,
  Shuffle,
  Siren,
  Snowflake,
  Tag,
  TrendingUp,
  Cloud,
} from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useState } from "react";
import { stateText } from "../../ui/state-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Time } from "../../ui/time.tsx";
import { SEVERITY_STATES } from "./now-view.ts";
import type { NowView } from "./now-view.ts";

type Change = NowView["changes"][number];

const ICONS: Readonly<Record<Change["kind"], LucideIcon>> = {
  rollout: Rocket,
  project: FolderGit2,
  prices: Tag,
  key: KeyRound,
  flag: Flag,
  pause: CirclePause,
  switch: Shuffle,
  freeze: Snowflake,
  provider: Cloud,
  budget: CircleDollarSign,
  spend: TrendingUp,
  cache: Database,
  alert: Bell,
  incident: Siren,
};

const FIRST = 6;

/** What changed in the last hour, newest first: the likely cause is among it. */
export function Changes({ now: { changes, changes_left_off: leftOff } }: { now: NowView }) {
  const [all, setAll] = useState(false);
  const shown = all ? changes : changes.slice(0, FIRST);
  return (
    <Panel title="What changed" note="in the last 60 minutes" flush>
      {changes.length === 0 ? (
        <Empty title="Nothing changed">No release, configuration, price or key; no trouble of a provider.</Empty>
      ) : (
        <ol className={clsx("flex flex-col py-1", !all && "max-lg:[&>li:nth-child(n+4):not(:last-child)]:hidden")}>
          {shown.map((change) => (
            <ChangeLine key={change.id} change={change} />
          ))}
          {changes.length + leftOff > shown.length && (
            <li className="px-4 pt-1 pb-2">
              {all ? (
                <span className="text-xs text-faint">{leftOff} more are left off.</span>
              ) : (
                <Button small kind="quiet" onClick={() => setAll(true)}>
                  Show all {changes.length}
                </Button>
              )}
            </li>
          )}
        </ol>
      )}
    </Panel>
  );
}

function ChangeLine({ change: { at, kind, severity, line, by, rollout, incident } }: { change: Change }) {
  const Icon = ICONS[kind];
  const to = rollout === null ? (incident === null ? null : `/incidents/${incident}`) : `/rollouts/${rollout}`;
  return (
    <li className="flex items-start gap-3 px-4 py-1.5 text-sm">
      <span className="w-11 shrink-0 pt-px text-xs text-faint">
        <Time at={at} show="clock" />
      </span>
      <Icon
        size={15}
        aria-label={kind}
        className={clsx(
          "mt-0.5 shrink-0",
          severity === "ok" || severity === "info" ? "text-faint" : stateText(SEVERITY_STATES[severity]),
        )}
      />
      <span className="line-clamp-2 min-w-0 flex-1 text-pretty max-lg:line-clamp-1">
        {to === null ? (
          line
        ) : (
          <Link to={to} bare className="hover:underline">
            {line}
          </Link>
        )}
        {by !== null && <span className="text-xs text-faint"> · {by}</span>}
      </span>
    </li>
  );
}
