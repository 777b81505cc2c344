/** The most tokens of one image by the start of a model's id; the first that fits counts. */
const MOST: readonly (readonly [string, number])[] = [
  // Eight tiles of 5,667 and 2,833 for the image, of OpenAI's guide to images.
  ["gpt-4o-mini", 48_169],
  // At most 1,536 patches, times the factor of the model.
  ["gpt-4.1-nano", 3_779],
  ["gpt-5-nano", 3_779],
  ["o4-mini", 2_642],
  ["gpt-4.1-mini", 2_489],
  ["gpt-5-mini", 2_489],
  // Up to eight tiles.
  ["gpt-4", 1_445],
  ["gpt-5-2025", 1_190],
];
/** For all others a guess on the safe side: above what most vendors document for the size that they scale to. */
const OTHERS = 5_000;

/** The most tokens that one image takes in a model, by its id, whatever the size of the image. */
export function mostImageTokens(model: string): number {
  const id = model.slice(model.lastIndexOf("/") + 1);
  return MOST.find(([start]) => id.startsWith(start))?.[1] ?? OTHERS;
}
