/** Epoch milliseconds as the wire writes instants: ISO 8601 in UTC. */
export const instantOf = (at: number): string => new Date(at).toISOString();
