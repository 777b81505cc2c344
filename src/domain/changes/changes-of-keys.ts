import type { Key } from "../access/key.ts";
import { lineOf } from "./change.ts";
import type { Change } from "./change.ts";

/** Keys that were made, revoked, or have run out until `now`. Who did it is not kept of keys. */
export function changesOfKeys(
  keys: readonly Key[],
  { own, now }: { readonly own: string; readonly now: number },
): readonly Change[] {
  return keys.flatMap((key) => {
    const { id, name, scopes, createdAt, revokedAt, expiresAt } = key;
    const change = (what: string, at: number, line: string): Change => ({
      id: `${id}:${what}`,
      at,
      kind: "key",
      weight: "info",
      environment: key.environment ?? own,
      endpoint: key.endpoints?.length === 1 ? (key.endpoints[0] ?? null) : null,
      by: null,
      line: lineOf(line),
    });
    const isOver = revokedAt === null && expiresAt !== null && expiresAt <= now;
    return [
      change("created", createdAt, `The key ${name} was created for ${scopes.join(", ")}`),
      ...(revokedAt === null ? [] : [change("revoked", revokedAt, `The key ${name} was revoked`)]),
      ...(isOver ? [change("expired", expiresAt, `The key ${name} has run out`)] : []),
    ];
  });
}
