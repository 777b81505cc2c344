/** How long the edge waits for clients, and how many it takes. */
export interface EdgeLimits {
  /** For a request head to arrive, from the connection or from the end of the last request. */
  readonly headersMs: number;
  /** For a whole request to arrive. */
  readonly requestMs: number;
  /** How often those two are checked. */
  readonly checkMs: number;
  /** For the next request on a connection. */
  readonly keepAliveMs: number;
  /** For a client that takes nothing of an answer that is ready for it. */
  readonly stallMs: number;
  /** Connections at the same time. */
  readonly connections: number;
  /** Bytes of bodies that are arriving, small bodies apart (see read-body.ts). */
  readonly arrivingBytes: number;
}

/** What is in force unless a server is told otherwise. */
export const DEFAULT_EDGE_LIMITS: EdgeLimits = {
  headersMs: 10_000,
  requestMs: 60_000,
  checkMs: 1_000,
  // Above the idle time of common load balancers (60 s), so that they close first.
  keepAliveMs: 72_000,
  stallMs: 60_000,
  connections: 10_000,
  arrivingBytes: 256 * 1024 * 1024,
};
