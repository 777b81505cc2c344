import { useState } from "react";
import { ApiError } from "../../lib/api.ts";
import { useCommand } from "../../lib/use-api.ts";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import type { NowAction } from "./now-view.ts";

const VERBS: Readonly<Record<NowAction["action"], string>> = {
  "roll-back": "Roll back",
  freeze: "Freeze",
  "switch-model": "Switch",
  "raise-budget": "Raise the budget",
};

/** What was asked for: to do it, or to take it back. */
export interface Chosen {
  readonly action: NowAction;
  readonly undo: boolean;
}

interface ConfirmProps {
  /** As it was when it was chosen: its words do not change under who reads them. */
  readonly chosen: Chosen;
  /** The same action as it stands now, for when the server refuses the one that was read. */
  readonly fresh: NowAction | undefined;
  readonly onClose: () => void;
}

/** Errors of an action that is not any more what it was when it was read. */
const MOVED_ON: ReadonlySet<string> = new Set(["already_rolled_back", "rollout_conflict"]);

/** Exactly what an action will do and how it is taken back; then it is done, with a typed reason. */
export function ConfirmAction({ chosen, fresh, onClose }: ConfirmProps) {
  const { undo } = chosen;
  const command = useCommand();
  // The next press means what is said by then.
  const [refusal, setRefusal] = useState<string | null>(null);
  const isOld = refusal !== null && MOVED_ON.has(refusal);
  const action = isOld && fresh !== undefined && fresh.request !== null ? fresh : chosen.action;
  const isDanger = action.action === "roll-back" && !undo;
  // Where nobody could say beforehand what it would do, the server has said so now, and the next press means that.
  const isFurther = refusal === "already_rolled_back" && action.request?.body["from"] === undefined;
  const confirm = async (reason: string): Promise<void> => {
    const path = undo ? action.done?.undo.path : action.request?.path;
    if (path === undefined) return;
    const body = undo ? { reason } : { ...action.request?.body, ...(isFurther && { again: true }), reason };
    try {
      // The address of what was found says its environment itself.
      await command.mutateAsync({ path, body });
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.code : null);
      throw error;
    }
    toast({ state: "ok", text: undo ? `Taken back: ${action.label}` : `Done: ${action.label}` });
  };
  return (
    <ReasonDialog
      title={undo ? `Take back: ${action.label}` : action.label}
      effect={
        undo ? (
          action.undo
        ) : (
          <>
            <p>{action.effect}</p>
            <p className="mt-2">
              <span className="font-medium text-ink">To take it back:</span> {action.undo}
            </p>
          </>
        )
      }
      verb={undo ? "Take it back" : isFurther ? FURTHER : verbOf(action)}
      danger={isDanger}
      suggestions={undo ? ["It is over"] : ["Users are hurt", "To be safe until the morning"]}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}

/** On the button: going back further than who presses may think says so. */
const FURTHER = "Go one release further back";

const verbOf = ({ action, request }: NowAction): string => (request?.body["again"] === true ? FURTHER : VERBS[action]);
