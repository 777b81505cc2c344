import type { EmbeddingRoom } from "./embedding-wire.ts";

/** Texts that go in one request, and the place of the first of them. */
export interface TextsPart {
  readonly from: number;
  readonly texts: readonly string[];
}

/** Texts in as few requests as there is room for, in their order. */
export function textsInParts(
  texts: readonly string[],
  { texts: most, units: mostUnits = Infinity }: EmbeddingRoom,
): readonly TextsPart[] {
  const parts: TextsPart[] = [];
  let part: string[] = [];
  let units = 0;
  for (const [at, text] of texts.entries()) {
    if (part.length > 0 && (part.length === most || units + text.length > mostUnits)) {
      parts.push({ from: at - part.length, texts: part });
      part = [];
      units = 0;
    }
    part.push(text);
    units += text.length;
  }
  return [...parts, { from: texts.length - part.length, texts: part }];
}
