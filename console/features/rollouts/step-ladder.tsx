import { clsx } from "clsx";
import { Check, CirclePause, Undo2 } from "lucide-react";
import { Fragment } from "react";
import { count, NO_DATA, share, span } from "../../lib/format.ts";
import { hasEnded } from "./rollout-state.tsx";
import type { RolloutView } from "./rollout-view.ts";

type Place = "done" | "now" | "left" | "next";

/** Where a step stands: left behind, being walked, given up, or still to come. */
function placeOf(rollout: RolloutView, index: number): Place {
  const { state, step } = rollout;
  if (state === "completed" || state === "draining") return "done";
  if (index < step) return "done";
  if (index > step) return "next";
  return hasEnded(rollout) || state === "rolling_back" || state === "aborting" ? "left" : "now";
}

const WAITS = { time: "waits for time", sessions: "waits for sessions", evidence: "waits for evidence" } as const;

/** What a step has to say: how much longer, or that it was given up. */
function noteOf({ eta, holds }: RolloutView, place: Place, weight: number): string {
  if (place === "left") return "rolled back here";
  if (place === "now" && holds.length > 0) return `held: ${holds.join(", ").replaceAll("_", " ")}`;
  const found = place === "done" ? undefined : eta?.steps.find((each) => each.weight === weight);
  if (found !== undefined) return `about ${span(found.seconds)} · ${WAITS[found.waits_for]}`;
  return place === "now" ? "under way" : "";
}

/** The steps of a rollout from left to right; on a phone from top to bottom. */
export function StepLadder({ rollout }: { rollout: RolloutView }) {
  const { steps } = rollout;
  return (
    <ol className="flex gap-x-2 gap-y-0 max-sm:flex-col sm:items-start">
      {steps.map((weight, index) => {
        const place = placeOf(rollout, index);
        return (
          <Fragment key={index}>
            {index > 0 && (
              <li
                aria-hidden
                className={clsx(
                  "sm:mt-3 sm:h-px sm:flex-1 max-sm:ml-3 max-sm:h-3 max-sm:w-px",
                  place === "next" ? "bg-line-strong" : "bg-ink",
                )}
              />
            )}
            <Step weight={weight} place={place} note={noteOf(rollout, place, weight)} />
          </Fragment>
        );
      })}
    </ol>
  );
}

const LOOKS = {
  done: "border-ink bg-ink text-inverse",
  now: "border-candidate bg-candidate-soft text-candidate ring-4 ring-candidate-soft",
  left: "border-bad bg-bad-soft text-bad",
  next: "border-line-strong bg-surface text-faint",
} as const;

const WORDS = { done: "done", now: "now", left: "ended here", next: "to come" } as const;

function Step({ weight, place, note }: { weight: number; place: Place; note: string }) {
  return (
    <li
      aria-current={place === "now" ? "step" : undefined}
      className="flex min-w-0 gap-2.5 max-sm:items-center sm:max-w-36 sm:flex-col sm:items-start"
    >
      <span className={clsx("flex size-6 shrink-0 items-center justify-center rounded-full border", LOOKS[place])}>
        {place === "done" && <Check size={13} strokeWidth={2.6} aria-hidden />}
        {place === "left" && <Undo2 size={13} strokeWidth={2.4} aria-hidden />}
        {place === "now" && <span aria-hidden className="size-2 animate-breathe rounded-full bg-current" />}
        {place === "next" && note.startsWith("held") && <CirclePause size={13} aria-hidden />}
        <span className="sr-only">{WORDS[place]}</span>
      </span>
      <span className="min-w-0">
        <span className={clsx("block text-base font-semibold", place === "next" && "text-dim")}>{share(weight)}</span>
        <span className="block text-2xs text-faint">{note}</span>
      </span>
    </li>
  );
}

/** How many sessions each arm has had, and how traffic is divided now, in words. */
export const sessionsText = ({ sessions, state }: Pick<RolloutView, "sessions" | "state">): string =>
  sessions === null
    ? notSeen({ state })
    : `${count(sessions.candidate)} candidate and ${count(sessions.stable)} stable sessions observed`;

/** Why there is no number of what a rollout has observed: of one that goes on this server has seen nothing yet. */
export const notSeen = (rollout: Pick<RolloutView, "state">): string => (hasEnded(rollout) ? "not kept" : NO_DATA);
