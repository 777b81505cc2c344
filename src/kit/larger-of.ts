/** The larger of two sums. */
export const largerOf = (one: bigint, other: bigint): bigint => (one > other ? one : other);

/** The smaller of two sums. */
export const smallerOf = (one: bigint, other: bigint): bigint => (one < other ? one : other);
