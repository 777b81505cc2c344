/**
 * The command that begins a rollout of an endpoint again, whole: without its endpoint it would begin those of all others,
 * too. `environment`: `null` is the server's own, which the command takes without a word.
 */
export const applyAgain = (endpoint: string, environment: string | null): string =>
  `rollward apply${environment === null ? "" : ` --environment ${environment}`} --again --endpoint ${endpoint}`;
