/**
 * What stands before the names of an environment where several keep theirs in one store: nothing for the server's own,
 * so that everything written before there were several stays where it is, and `staging/` for another one. Names of
 * environments, endpoints, limits and budgets have no slash, so two environments never share a name.
 */
export type EnvironmentScope = "" | `${string}/`;

/** The scope of an environment on a server whose own environment is `own`. */
export const scopeOf = (environment: string, own: string): EnvironmentScope =>
  environment === own ? "" : `${environment}/`;

/** A name as it stands in a shared store. */
export const scoped = (scope: EnvironmentScope, name: string): string => `${scope}${name}`;

/** The name that a stored text is in an environment; `null` for a name of another one. */
export function unscoped(scope: EnvironmentScope, text: string): string | null {
  if (scope === "") return text.includes("/") ? null : text;
  return text.startsWith(scope) ? text.slice(scope.length) : null;
}
