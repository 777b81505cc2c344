import type { FreezeWindow } from "../../domain/access/freeze-window.ts";
import type { FreezeStore } from "../../ports/freeze-store.ts";
import type { GateRunStore } from "../../ports/gate-run-store.ts";
import type { NoticeStore } from "../../ports/notice-store.ts";
import type { Gatekeeper } from "./gatekeeper.ts";

/** What stands in a release's way by somebody's will, and whom it is told. */
export interface Gating {
  readonly freezes: FreezeStore;
  /** The freezes that the project of an environment plans. */
  readonly freezeWindows: (environment: string) => readonly FreezeWindow[];
  readonly gatekeeper: Gatekeeper;
  readonly runs: GateRunStore;
  readonly notices: NoticeStore;
}
