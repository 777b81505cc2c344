import type { ChannelName } from "./route.ts";

/** One endpoint in one environment: its pointer and at most one rollout that has started and not ended. */
export interface Channel {
  readonly name: ChannelName;
  /** Release id. */
  readonly stable: string;
  /** Grows with every change of pointer or weight. */
  readonly epoch: number;
  readonly rolloutId: string | null;
}
