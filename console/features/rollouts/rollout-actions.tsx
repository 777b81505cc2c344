import { CircleCheck, CirclePause, CirclePlay, CircleSlash, CircleX, Rocket, Undo2 } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useState } from "react";
import type { commandRollout } from "../../../src/contract/rollouts.ts";
import type { Body } from "../../lib/api.ts";
import { pathOf } from "../../lib/api.ts";
import { applyAgain } from "../../lib/apply-again.ts";
import { share } from "../../lib/format.ts";
import { useKeys } from "../../lib/keys.ts";
import { useCommand } from "../../lib/use-api.ts";
import { useEnvironment } from "../../lib/use-environment.ts";
import { Button } from "../../ui/button.tsx";
import type { ButtonKind } from "../../ui/button.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { hasEnded } from "./rollout-state.tsx";
import type { RolloutView } from "./rollout-view.ts";

type CommandName = Body<typeof commandRollout>["command"];

interface Action {
  /** `deny` and `approve` are votes, everything else a command of the rollout. */
  readonly command: CommandName | "deny";
  readonly label: string;
  readonly key: string;
  readonly icon: LucideIcon;
  readonly kind: ButtonKind;
  readonly effect: string;
  readonly done: string;
  readonly reasons: readonly string[];
}

const BEFORE_START = new Set(["draft", "validated", "pending"]);

/** What a person can tell a rollout now, the usual first. */
function actionsFor(rollout: RolloutView, environment: string | null): readonly Action[] {
  const { state, stable, candidate, weight, holds, activity, waits, endpoint } = rollout;
  if (hasEnded(rollout) || state === "rolling_back" || state === "aborting") return [];
  const actions: Action[] = [];
  const waitsForApproval = activity === "awaiting_approval" || waits.some((wait) => wait.includes("approval"));
  if (waitsForApproval) actions.push(APPROVE(candidate), DENY(candidate));
  if (BEFORE_START.has(state)) return [...actions, START(candidate), CANCEL(candidate)];
  if (holds.includes("manual")) actions.push(RESUME(weight));
  else if (state !== "draining") actions.push(HOLD(weight));
  if (state === "ramping" || state === "shadowing") actions.push(PROMOTE(candidate));
  const sides = { stable, candidate, again: applyAgain(endpoint, environment) };
  return [...actions, ABORT(sides), ROLL_BACK(sides)];
}

const APPROVE = (candidate: string): Action => ({
  command: "approve",
  label: "Approve",
  key: "y",
  icon: CircleCheck,
  kind: "main",
  effect: `Counts as your approval of what ${candidate} waits for. It goes on when all approvals are given.`,
  done: "Your approval was given.",
  reasons: [],
});

const DENY = (candidate: string): Action => ({
  command: "deny",
  label: "Deny",
  key: "n",
  icon: CircleX,
  kind: "plain",
  effect: `One denial fails the gate that ${candidate} waits for; the plan says what follows, and your reason stands in the log.`,
  done: "It was denied.",
  reasons: [],
});

const START = (candidate: string): Action => ({
  command: "start",
  label: "Start",
  key: "s",
  icon: CirclePlay,
  kind: "main",
  effect: `Starts now and waits no longer for its schedule: ${candidate} gets its first sessions.`,
  done: "It starts.",
  reasons: [],
});

const CANCEL = (candidate: string): Action => ({
  command: "cancel",
  label: "Cancel",
  key: "x",
  icon: Undo2,
  kind: "plain",
  effect: `Gives it up before it starts: ${candidate} gets no sessions. The release stays and can be rolled out again.`,
  done: "It was cancelled.",
  reasons: [],
});

const HOLD = (weight: number): Action => ({
  command: "hold",
  label: "Hold",
  key: "h",
  icon: CirclePause,
  kind: "plain",
  effect: `Keeps ${share(weight)} on the candidate until somebody resumes. Evidence goes on, and harm still rolls back by itself.`,
  done: "It is held.",
  reasons: ["Looking at it", "Waiting for the team"],
});

const RESUME = (weight: number): Action => ({
  command: "resume",
  label: "Resume",
  key: "h",
  icon: CirclePlay,
  kind: "main",
  effect: `Goes on from ${share(weight)} when its gates say so.`,
  done: "It goes on.",
  reasons: ["Looked at it, all is well"],
});

const PROMOTE = (candidate: string): Action => ({
  command: "promote",
  label: "Promote in full",
  key: "p",
  icon: Rocket,
  kind: "plain",
  effect: `Makes ${candidate} stable for everybody now, whether the evidence is there or not. Approvals that are required are still required. It is watched afterwards, and rolling back returns to what is stable now.`,
  done: "It is being promoted.",
  reasons: [],
});

/** The releases of a rollout, and the command that begins it again. */
interface Sides {
  readonly stable: string;
  readonly candidate: string;
  readonly again: string;
}

const ROLL_BACK = ({ stable, candidate, again }: Sides): Action => ({
  command: "rollback",
  label: "Roll back",
  key: "b",
  icon: Undo2,
  kind: "danger",
  effect: `All sessions go to ${stable} within a second. The rollout of ${candidate} ends; \`${again}\` begins it anew.`,
  done: "It is being rolled back.",
  reasons: ["Users complain", "Something looks wrong"],
});

/** It ends without blame: nobody is alerted of harm, and an experiment that is over was no failure. */
const ABORT = ({ stable, candidate, again }: Sides): Action => ({
  command: "abort",
  label: "Abort",
  key: "x",
  icon: CircleSlash,
  kind: "plain",
  effect: `Ends the rollout without blaming ${candidate}: all sessions go to ${stable}, and it counts as aborted and not as rolled back. \`${again}\` begins it anew.`,
  done: "It is being aborted.",
  reasons: ["The test is over", "Not needed any more"],
});

/** What can be done, each with a typed reason. */
export function RolloutActions({ rollout }: { rollout: RolloutView }) {
  const [chosen, choose] = useState<Action | null>(null);
  const command = useCommand();
  const actions = actionsFor(rollout, useEnvironment().environment);
  useKeys(
    "This rollout",
    actions.map((action) => ({ key: action.key, does: action.label, run: () => choose(action) })),
  );
  const confirm = async (action: Action, reason: string): Promise<void> => {
    const isVote = action.command === "approve" || action.command === "deny";
    const path = isVote ? "/api/rollouts/{rollout}/approval" : "/api/rollouts/{rollout}/commands";
    const body = isVote ? { decision: action.command, reason } : { command: action.command, reason };
    await command.mutateAsync({ path: pathOf(path, { rollout: rollout.id }), body });
    toast({ state: "ok", text: action.done });
  };
  return (
    <>
      {actions.map((action) => (
        <Button
          key={action.command}
          kind={action.kind}
          icon={action.icon}
          hint={action.key}
          // On a phone they do not fit into one row, and what is needed in a hurry must not be in the second.
          className={action.kind === "danger" ? "max-sm:order-first" : undefined}
          onClick={() => choose(action)}
        >
          {action.label}
        </Button>
      ))}
      {chosen !== null && (
        <ReasonDialog
          title={`${chosen.label}: ${rollout.candidate}`}
          effect={chosen.effect}
          verb={chosen.label}
          danger={chosen.kind === "danger"}
          suggestions={chosen.reasons}
          onClose={() => choose(null)}
          onConfirm={(reason) => confirm(chosen, reason)}
        />
      )}
    </>
  );
}
