import type { Key } from "../access/key.ts";

/** Who owns the calls of a key: its tenant with all its keys, or the key alone where it belongs to none. */
export const ownerOf = ({ id, tenant }: Pick<Key, "id" | "tenant">): string =>
  tenant === undefined ? `key:${id}` : `tenant:${tenant}`;
