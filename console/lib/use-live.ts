import { useSyncExternalStore } from "react";
import { live } from "./live.ts";
import type { LiveState } from "./live.ts";

/** How the stream stands. */
export const useLiveState = (): LiveState => useSyncExternalStore(live.watch, () => live.state);
