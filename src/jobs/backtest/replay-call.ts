import type { Key } from "../../domain/access/key.ts";
import type { CallRecord } from "../../domain/call/call-record.ts";
import type { Session } from "../../domain/traffic/assignment.ts";
import { handle } from "../../gateway/handle.ts";
import type { Arrival } from "../../gateway/open-call.ts";
import type { BudgetLedger } from "../../ports/budget-ledger.ts";
import type { Dialect } from "../../ports/dialect.ts";
import type { ReplayGateways } from "./replay-gateway.ts";

/** A recorded request to send again. */
export interface ReplayRequest {
  readonly dialect: Dialect;
  readonly bytes: Buffer;
  /** Of the recorded session. */
  readonly session: Session | null;
}

/** A call under way. */
export interface CallUnderWay {
  readonly record: Promise<CallRecord>;
  /** Ends it as if its client had left. */
  stop(): void;
}

/** Replays one request on the stages of a live call. Its record is not written yet. */
export function replayCall(
  gateways: ReplayGateways,
  { key, budgets }: { readonly key: Key; readonly budgets: BudgetLedger },
  request: ReplayRequest,
): CallUnderWay {
  let record: CallRecord | null = null;
  let leave = (): void => {};
  const gateway = gateways({ budgets, onRecord: (made) => (record = made) });
  const ended = handle(
    gateway,
    arrivalOf(key, request, (stop) => (leave = stop)),
  );
  return {
    record: ended.then(() => {
      if (record === null) throw new Error("A call was handled and not recorded.");
      return record;
    }),
    stop: () => leave(),
  };
}

/** A request as an edge hands it in; whoever reads the answer reads it from the record. */
export const arrivalOf = (
  key: Key,
  { dialect, bytes, session }: ReplayRequest,
  onAbandoned: (stop: () => void) => void,
): Arrival => ({
  dialect,
  bytes,
  key,
  sessionHeader: session?.source === "header" ? session.id : null,
  reply: {
    head() {},
    write: () => true,
    end() {},
    destroy() {},
    onDrain() {},
    onAbandoned,
  },
});

/** The key that a backtest calls with: it is nobody's, and no secret opens it. */
export const replayKey = (backtest: string, environment: string): Key => ({
  id: backtest,
  name: "backtest",
  scopes: ["inference"],
  endpoints: null,
  secretHash: "",
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
  environment,
});
