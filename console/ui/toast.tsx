import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Button, IconButton } from "./button.tsx";
import { StateIcon } from "./state-mark.tsx";
import type { State } from "./state-mark.tsx";

/** A word about what was done. */
export interface Toast {
  readonly state: State;
  readonly text: string;
  /** How it is taken back. */
  readonly undo?: () => void;
}

interface Shown extends Toast {
  readonly id: number;
}

const SHOWN_MS = 6_000;
const SHOWN_WITH_UNDO_MS = 15_000;
const MOST = 4;

let shown: readonly Shown[] = [];
let last = 0;
const watchers = new Set<() => void>();

function become(next: readonly Shown[]): void {
  shown = next;
  for (const watcher of watchers) watcher();
}

const dismiss = (id: number): void => become(shown.filter((each) => each.id !== id));

/** Says what was done, for some seconds, with a way back where there is one. */
export function toast(word: Toast): void {
  last += 1;
  const id = last;
  become([...shown, { ...word, id }].slice(-MOST));
  setTimeout(() => dismiss(id), word.undo === undefined ? SHOWN_MS : SHOWN_WITH_UNDO_MS);
}

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
};

/** Where toasts appear; once, in the shell. */
export function Toasts() {
  const all = useSyncExternalStore(watch, () => shown);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-20 z-50 flex flex-col items-end gap-2 sm:right-5 sm:bottom-5 sm:left-auto"
    >
      {all.map(({ id, state, text, undo }) => (
        <div
          key={id}
          className="pointer-events-auto flex w-full animate-rise items-center gap-2.5 rounded-lg bg-raised py-2 pr-2 pl-3.5 text-sm shadow-pop sm:w-96"
        >
          <StateIcon state={state} size={16} />
          <span className="min-w-0 flex-1 break-words">{text}</span>
          {undo !== undefined && (
            <Button
              small
              onClick={() => {
                dismiss(id);
                undo();
              }}
            >
              Undo
            </Button>
          )}
          <IconButton icon={X} label="Dismiss" size={14} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
