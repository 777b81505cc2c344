import { Check, Shuffle, Snowflake, Undo2, Wallet } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useState } from "react";
import { useKeys } from "../../lib/keys.ts";
import { Button } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Panel } from "../../ui/panel.tsx";
import { toast } from "../../ui/toast.tsx";
import { ConfirmAction } from "./confirm-action.tsx";
import type { Chosen } from "./confirm-action.tsx";
import type { NowAction, NowView } from "./now-view.ts";

interface Look {
  readonly key: string;
  readonly icon: LucideIcon;
  readonly danger: boolean;
}

const LOOKS: Readonly<Record<NowAction["action"], Look>> = {
  "roll-back": { key: "r", icon: Undo2, danger: true },
  freeze: { key: "f", icon: Snowflake, danger: false },
  "switch-model": { key: "s", icon: Shuffle, danger: false },
  "raise-budget": { key: "", icon: Wallet, danger: false },
};

/** Three things to do at 3 a.m., each with exactly what it will do, a typed reason, and a way back. */
export function Actions({ now: { actions } }: { now: NowView }) {
  const [chosen, choose] = useState<Chosen | null>(null);
  const open = (action: NowAction): void => {
    if (action.done !== null) choose({ action, undo: true });
    else if (action.request !== null) choose({ action, undo: false });
    else toast({ state: "info", text: action.why_not ?? "It cannot be done now." });
  };
  useKeys(
    "Now",
    actions
      .filter(isPressed)
      .map((action) => ({ key: LOOKS[action.action].key, does: action.label, run: () => open(action) })),
  );
  return (
    <Panel title="What you can do" flush>
      <ul className="divide-y divide-line">
        {actions.map((action) => (
          <ActionLine key={action.action} action={action} onOpen={() => open(action)} />
        ))}
      </ul>
      {chosen !== null && (
        <ConfirmAction
          chosen={chosen}
          fresh={actions.find(({ action }) => action === chosen.action.action)}
          onClose={() => choose(null)}
        />
      )}
    </Panel>
  );
}

/** What is done in the project has nothing to press. */
const isPressed = ({ request, why_not: whyNot, done }: NowAction): boolean =>
  request !== null || whyNot !== null || done !== null;

function ActionLine({ action, onOpen }: { action: NowAction; onOpen: () => void }) {
  const { label, effect, why_not: whyNot, done, request } = action;
  const { key, icon: Icon, danger } = LOOKS[action.action];
  if (done !== null) {
    return (
      <li className="flex items-center gap-3 px-4 py-2.5">
        <Check size={16} aria-label="done" className="shrink-0 text-ok" />
        <span className="min-w-0 flex-1 text-sm">{done.line}</span>
        <Button small onClick={onOpen} hint={key}>
          Undo
        </Button>
      </li>
    );
  }
  if (!isPressed(action)) {
    return (
      <li className="flex items-start gap-3 px-4 py-2.5">
        <Icon size={16} aria-hidden className="mt-0.5 shrink-0 text-ink" />
        <span className="min-w-0 flex-1">
          <span className="block text-sm font-medium">{label}</span>
          <span className="text-xs text-dim">{effect}</span>
        </span>
      </li>
    );
  }
  return (
    <li>
      <button
        type="button"
        onClick={onOpen}
        disabled={request === null}
        className="flex w-full items-start gap-3 px-4 py-2.5 text-left enabled:hover:bg-hover disabled:cursor-default"
      >
        <Icon
          size={16}
          aria-hidden
          className={
            request === null
              ? "mt-0.5 shrink-0 text-faint"
              : danger
                ? "mt-0.5 shrink-0 text-bad"
                : "mt-0.5 shrink-0 text-ink"
          }
        />
        <span className="min-w-0 flex-1">
          <span className={request === null ? "block text-sm font-medium text-dim" : "block text-sm font-medium"}>
            {label}
          </span>
          <span className="line-clamp-3 text-xs text-dim max-lg:line-clamp-2">
            {request === null ? (whyNot ?? effect) : effect}
          </span>
        </span>
        <Kbd keys={key} />
      </button>
    </li>
  );
}
