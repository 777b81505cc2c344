/** Tokens of an image that is laid out in patches of 32 pixels, at most 64 to a side, each times the model's factor. */
const patches = (factor: number): number => Math.ceil(64 * 64 * factor);

/** Tokens of an image in at most eight tiles of 512 pixels: 2,048 pixels long and 768 wide. */
const tiles = (base: number, perTile: number): number => base + 8 * perTile;

/**
 * The most tokens of one image by the start of a model's id; the first that fits counts. Read on 2026-11-21:
 * - OpenAI, "Images and vision", parts "Model sizing behavior" and "Calculating costs"
 *   (developers.openai.com/api/docs/guides/images-vision): patches with the factor of the model up to 2,048 pixels a
 *   side (high), 10,000 patches (original, gpt-5.4 and 5.5) or 30,000 (gpt-5.6 and later, which are not scaled down;
 *   more are refused). The factor 1.2 of these is told for gpt-5.6 alone, and taken for all whose factor is not told.
 * - Anthropic, "Images and vision" (platform.claude.com/docs/en/build-with-claude/vision): patches of 28 pixels, at
 *   most 4,784 from Claude 4.7 on and 1,568 before.
 * - Google, "Media resolution" (ai.google.dev/gemini-api/docs/media-resolution): 2,240 at the highest resolution of
 *   Gemini 3; 256 and about 2,048 for what is looked at closely before.
 */
const MOST: readonly (readonly [string, number])[] = [
  ["gpt-4o-mini", tiles(2_833, 5_667)],
  ["gpt-4.1-nano", patches(2.46)],
  ["gpt-4.1-mini", patches(1.62)],
  ["gpt-4", tiles(85, 170)],
  ["gpt-5-nano", patches(2.46)],
  ["gpt-5.4-nano", patches(2.46)],
  ["gpt-5-mini", patches(1.62)],
  ["gpt-5.4-mini", patches(1.62)],
  ["gpt-5-2025", tiles(70, 140)],
  ["gpt-5-chat", tiles(70, 140)],
  ["gpt-5.1", patches(1.2)],
  ["gpt-5.2", patches(1.2)],
  ["gpt-5.3", patches(1.2)],
  ["gpt-5.4", 12_000],
  ["gpt-5.5", 12_000],
  ["gpt-5-", patches(1.2)],
  ["gpt-", 36_000],
  ["o4-mini", patches(1.72)],
  ["o1", tiles(75, 150)],
  ["o3", tiles(75, 150)],
  ["claude-3", 1_568],
  ["claude-opus-4-7", 4_784],
  ["claude-opus-4-8", 4_784],
  ["claude-opus-4", 1_568],
  ["claude-sonnet-4", 1_568],
  ["claude-haiku-4", 1_568],
  ["claude", 4_784],
  ["gemini-1", 2_304],
  ["gemini-2", 2_304],
  ["gemini", 2_240],
];
/** For all others a guess on the safe side: above what most vendors document for the size that they scale to. */
const OTHERS = 5_000;

/** Where a hub sells a model of another vendor, that name stands before its id: `anthropic.`, `us.anthropic.`, `openai/`. */
const SELLER = /^(?:.*\/|(?:[a-z]{2,6}\.)?[a-z0-9]+\.(?=claude|gpt-oss))/;

/** The most tokens that one image takes in a model, by its id, whatever the size of the image. */
export function mostImageTokens(model: string): number {
  const id = model.replace(SELLER, "");
  return MOST.find(([start]) => id.startsWith(start))?.[1] ?? OTHERS;
}
