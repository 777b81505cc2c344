/** The beginning of a body, and whether that is all of it. */
export interface SomeText {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Reads at most `mostBytes` of a body as UTF-8 and ends its connection there: nobody has to send us more. */
export async function readSome(body: AsyncIterable<Buffer>, mostBytes: number): Promise<SomeText> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) break;
  }
  return { text: Buffer.concat(chunks).subarray(0, mostBytes).toString(), isWhole: bytes <= mostBytes };
}
