import { frozenName } from "../access/freeze.ts";
import type { Freeze } from "../access/freeze.ts";
import { callsOf } from "../access/pause.ts";
import type { Pause } from "../access/pause.ts";
import type { FlagKill } from "../flags/flag-kill.ts";
import { lineOf } from "./change.ts";
import type { Change } from "./change.ts";

/** Somebody's word: who, when, why. */
interface Word {
  readonly at: number;
  readonly by: string;
  readonly reason: string;
}

interface Stop {
  readonly id: string;
  readonly begun: Word;
  readonly ended: Word | null;
  readonly said: { readonly begun: string; readonly ended: string };
  readonly about: Pick<Change, "kind" | "environment" | "endpoint"> & Pick<Change, "subject">;
  /** Whether a rule did it and no person. */
  readonly isMachine: boolean;
}

/** A stop and its end, each a change of its own. */
function changesOf({ id, begun, ended, said, about, isMachine }: Stop): readonly Change[] {
  const change = (end: "begun" | "ended", { at, by, reason }: Word): Change => ({
    id: `${id}:${end}`,
    at,
    ...about,
    weight: end === "begun" ? "warning" : "ok",
    by: isMachine && end === "begun" ? null : by,
    line: lineOf(`${said[end]}: ${reason}`),
  });
  return [change("begun", begun), ...(ended === null ? [] : [change("ended", ended)])];
}

/** What a pause has changed; notes of rules that stopped nothing have changed nothing. */
export function changesOfPause(pause: Pause, environment: string): readonly Change[] {
  const { id, subject, at, by, reason, lifted, rule } = pause;
  if (rule !== undefined && rule.outcome !== "paused") return [];
  const isSwitch = subject.type === "model";
  const said = isSwitch
    ? {
        begun: `${subject.endpoint} goes around ${subject.name}`,
        ended: `${subject.endpoint} asks ${subject.name} again`,
      }
    : { begun: `${callsOf(subject)} are paused`, ended: `${callsOf(subject)} are let in again` };
  const endpoint = isSwitch ? subject.endpoint : subject.type === "endpoint" ? subject.name : null;
  const kind = isSwitch ? ("switch" as const) : ("pause" as const);
  const about = { kind, environment, endpoint, ...(subject.type === "model" && { subject: subject.name }) };
  return changesOf({ id, begun: { at, by, reason }, ended: lifted, said, about, isMachine: rule !== undefined });
}

/** What a freeze has changed. */
export function changesOfFreeze({ id, subject, at, by, reason, lifted }: Freeze): readonly Change[] {
  const name = frozenName(subject);
  const about = {
    kind: "freeze" as const,
    environment: subject.type === "everything" ? null : subject.environment,
    endpoint: subject.type === "endpoint" ? subject.endpoint : null,
  };
  const said = { begun: `Rollouts of ${name} are frozen`, ended: `Rollouts of ${name} go on` };
  return changesOf({ id, begun: { at, by, reason }, ended: lifted, said, about, isMachine: false });
}

/** Prefix of flags that say which release an endpoint serves. */
const OF_ENDPOINT = "endpoint.";

/** What a kill switch has changed. */
export function changesOfKill({ id, environment, flag, at, by, reason, restored }: FlagKill): readonly Change[] {
  const endpoint = flag.startsWith(OF_ENDPOINT) ? flag.slice(OF_ENDPOINT.length) : null;
  const said = { begun: `The flag ${flag} is killed`, ended: `The flag ${flag} goes by its rules again` };
  const about = { kind: "flag" as const, environment, endpoint, subject: flag };
  return changesOf({ id, begun: { at, by, reason }, ended: restored, said, about, isMachine: false });
}
