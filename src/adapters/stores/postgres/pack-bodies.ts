import type { CallBodies } from "../../../domain/call/call-record.ts";
import { sha256Hex } from "../../../kit/hash.ts";
import { expiryDayOf } from "./day.ts";
import { compress } from "./compress.ts";
import type { StoredCall } from "./encoded-call.ts";

/** A pack as it is stored. */
export interface Pack {
  readonly day: number;
  /** See `packIdOf`. */
  readonly id: string;
  readonly rawBytes: number;
  /** zstd. */
  readonly data: Buffer;
}

/** Where one body is inside its pack. */
export interface BodyRef {
  /** 64 hex digits. */
  readonly sha256: string;
  readonly offset: number;
  readonly length: number;
}

/** Where the bytes of a call are. */
export interface BodyRefs {
  /** Day on which the pack expires. */
  readonly day: number;
  readonly pack: string;
  readonly request: BodyRef | null;
  readonly upstream: BodyRef | null;
  readonly answer: BodyRef | null;
}

/** A pack is closed when it has this many raw bytes; one larger body makes a larger pack. */
const PACK_BYTES = 1024 * 1024;

/** The bytes of a batch, packed; `refs` in the order of the calls. */
export interface PackedBodies {
  readonly packs: readonly Pack[];
  readonly refs: readonly (BodyRefs | null)[];
}

/**
 * Puts the bodies of a batch into packs, by the day on which they expire: equal bodies once per pack,
 * concatenated, compressed. The same batch makes the same packs, so writing it twice is harmless.
 */
export async function packBodies(calls: readonly StoredCall[]): Promise<PackedBodies> {
  const packs: OpenPack[] = [];
  const openByDay = new Map<number, OpenPack>();
  const placed = calls.map(({ columns, bodies }) => {
    const { at, retainBodiesDays } = columns;
    if (retainBodiesDays <= 0 || !hasBytes(bodies)) return null;
    const day = expiryDayOf(at, retainBodiesDays);
    let pack = openByDay.get(day);
    if (pack === undefined || pack.rawBytes >= PACK_BYTES) {
      pack = new OpenPack(day);
      openByDay.set(day, pack);
      packs.push(pack);
    }
    return { pack, spans: pack.addAll(bodies) };
  });
  const closed: Pack[] = [];
  // One after another: packing leaves the other core to the gateway.
  for (const pack of packs) closed.push(await pack.close());
  const refs = placed.map((place) => place && { day: place.pack.day, pack: place.pack.id, ...place.spans });
  return { packs: closed, refs };
}

const hasBytes = ({ request, upstream, answer }: CallBodies): boolean =>
  request !== null || upstream !== null || answer !== null;

/** The id of a pack: the first 16 bytes of the hash of what stands for its contents, as a UUID is written. */
export function packIdOf(contents: string): string {
  const hex = sha256Hex(contents);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

class OpenPack {
  readonly day: number;
  rawBytes = 0;
  id = "";
  readonly #chunks: Uint8Array[] = [];
  readonly #refs = new Map<string, BodyRef>();

  constructor(day: number) {
    this.day = day;
  }

  addAll({ request, upstream, answer }: CallBodies): Pick<BodyRefs, keyof CallBodies> {
    const first = this.#add(request);
    // Without a prompt the provider gets what the client sent: often the same buffer.
    const second = upstream === request ? first : this.#add(upstream);
    return { request: first, upstream: second, answer: this.#add(answer) };
  }

  #add(body: Uint8Array | null): BodyRef | null {
    if (body === null) return null;
    const sha256 = sha256Hex(body);
    const known = this.#refs.get(sha256);
    if (known !== undefined) return known;
    const ref = { sha256, offset: this.rawBytes, length: body.length };
    this.#refs.set(sha256, ref);
    this.#chunks.push(body);
    this.rawBytes += body.length;
    return ref;
  }

  /** The id is the hash of the bodies' hashes: together they say everything, and they are hashed already. */
  async close(): Promise<Pack> {
    const { day, rawBytes } = this;
    this.id = packIdOf([...this.#refs.keys()].join("\n"));
    return { day, id: this.id, rawBytes, data: await compress(Buffer.concat(this.#chunks, rawBytes)) };
  }
}
