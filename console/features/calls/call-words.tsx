import type { ReactNode } from "react";
import { ArmShape } from "../../ui/arm-mark.tsx";
import type { Arm } from "../../ui/arm-mark.tsx";
import type { State } from "../../ui/state-mark.tsx";
import type { CallLine } from "./call-filters.ts";

/** How a call went. */
export function stateOf({ outcome, findings }: Pick<CallLine, "outcome"> & { readonly findings?: number }): State {
  if (outcome === "failed") return "bad";
  if (outcome === "abandoned") return "held";
  return (findings ?? 0) > 0 ? "warn" : "ok";
}

/** The same in words. */
export function outcomeWords({ outcome, error, status }: Pick<CallLine, "outcome" | "error" | "status">): string {
  if (outcome === "ok") return String(status);
  return outcome === "abandoned" ? "client left" : (error ?? String(status));
}

/** What served a call: its release with its arm. */
export function ServedBy({ call }: { call: Pick<CallLine, "release" | "requested_model" | "arm" | "kind"> }) {
  const { release, requested_model: asked, arm, kind } = call;
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      {isArm(arm) ? <ArmShape arm={arm} size={9} /> : <span className="size-[9px] shrink-0" />}
      <span className="truncate">{release ?? asked}</span>
      {kind !== "traffic" && <span className="rounded-sm bg-sunken px-1 text-2xs text-dim">{kind}</span>}
    </span>
  );
}

const isArm = (arm: string | null): arm is Arm => arm === "stable" || arm === "candidate" || arm === "shadow";

/** What was asked last. Without it a dash that says why, and where the call went and whose it was. */
export function askedOf({ gist, gist_waits: waits, endpoint, user }: AskedLine): ReactNode {
  if (gist !== null && gist.asked !== "") return gist.asked;
  const why =
    gist !== null ? "no text" : waits ? "what was asked is there in some seconds" : "what was asked is not kept";
  const place = [endpoint, user].filter((one) => one !== null).join(" · ");
  return (
    <span className="text-faint" title={why}>
      <span role="img" aria-label={why}>
        –
      </span>{" "}
      {place}
    </span>
  );
}

type AskedLine = Pick<CallLine, "gist" | "gist_waits" | "endpoint" | "user">;
