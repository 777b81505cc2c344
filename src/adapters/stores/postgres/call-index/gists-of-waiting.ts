import type { Kysely } from "kysely";
import { maskText } from "../../../../kit/mask-text.ts";
import type { CallGist } from "../../../../ports/call-index.ts";
import type { FactLine } from "../fact-line.ts";
import type { BodyRefs } from "../pack-bodies.ts";
import { readSoundPacks, sizesOfPacks } from "../read-packs.ts";
import type { PackPlace } from "../read-packs.ts";
import type { Tables } from "../tables.ts";
import { breathe } from "./breathe.ts";
import { cutBody } from "./cut-body.ts";
import { gistOfCall } from "./index-text.ts";

/** Bounds of what is read, because it is read on the thread that serves calls: some 50 µs for each of usual size. */
const MOST_CALLS = 200;
/** Longer ones wait for the index. */
const MOST_BYTES_OF_A_CALL = 128 * 1024;
/** Bytes of packs, which hold other calls too, and of one: a pack has a megabyte, or one body that is larger. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_BYTES_OF_A_PACK = 2 * 1024 * 1024;
const PACKS_PER_QUERY = 8;
/** Before others have their turn: a millisecond. */
const CALLS_AT_ONCE = 16;

/** A call that waits to be indexed, by its line. */
type WaitingLine = Pick<FactLine, "bodies"> & { readonly facts: Pick<FactLine["facts"], "id"> };

/**
 * The gists of calls that are written and wait to be indexed, from their bytes, by the id of the call. The first lines come
 * first: what goes beyond the bounds, and what cannot be read, has none.
 */
export async function readGistsOfWaiting(
  db: Kysely<Tables>,
  lines: readonly WaitingLine[],
): Promise<ReadonlyMap<string, CallGist>> {
  const wanted = lines
    .slice(0, MOST_CALLS)
    .flatMap(({ facts: { id }, bodies }) =>
      bodies === null || lengthOf(bodies) > MOST_BYTES_OF_A_CALL ? [] : [{ id, bodies }],
    );
  const byPack = Map.groupBy(wanted, ({ bodies }) => bodies.pack);
  const places = await affordable(db, [...new Map(wanted.map(({ bodies }) => [bodies.pack, bodies])).values()]);
  const gists = new Map<string, CallGist>();
  for (let start = 0; start < places.length; start += PACKS_PER_QUERY) {
    const packs = await readSoundPacks(db, "body_packs", places.slice(start, start + PACKS_PER_QUERY));
    const calls = [...packs].flatMap(([id, pack]) => (byPack.get(id) ?? []).map((call) => ({ ...call, pack })));
    for (const [index, { id, bodies, pack }] of calls.entries()) {
      const gist = gistIn(pack, bodies);
      if (gist !== null) gists.set(id, gist);
      if (index % CALLS_AT_ONCE === CALLS_AT_ONCE - 1) await breathe();
    }
  }
  return gists;
}

/** The first packs that are together no larger than may be read; one that is too large alone is left out. */
async function affordable(db: Kysely<Tables>, places: readonly PackPlace[]): Promise<readonly PackPlace[]> {
  const sizes = await sizesOfPacks(db, "body_packs", places);
  let left = MOST_BYTES;
  return places.filter(({ pack }) => {
    const size = sizes.get(pack) ?? 0;
    if (size > MOST_BYTES_OF_A_PACK || size > left) return false;
    left -= size;
    return true;
  });
}

const lengthOf = ({ request, answer }: BodyRefs): number => (request?.length ?? 0) + (answer?.length ?? 0);

const gistIn = (pack: Buffer, { request, answer }: BodyRefs): CallGist | null =>
  gistOfCall({ request: cutBody(pack, request), answer: cutBody(pack, answer) }, maskText);
