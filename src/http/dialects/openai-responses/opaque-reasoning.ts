/** What only the maker of a piece of reasoning can read. */
export interface OpaqueReasoning {
  readonly signature: string | null;
  readonly data: string | null;
}

/** Leads what Rollward has packed itself; OpenAI's own begins with `gAAAA`. */
const PACKED = "rollward1.";

/**
 * Another vendor's signature and data as `encrypted_content`, which clients keep and send back unread; `null`
 * where there is neither. Data without a signature goes as it is.
 */
export function packReasoning({ signature, data }: OpaqueReasoning): string | null {
  if (signature === null && !data?.startsWith(PACKED)) return data;
  return PACKED + Buffer.from(JSON.stringify([signature, data])).toString("base64url");
}

/** The reverse. What is not ours is data of the model's own provider. */
export function unpackReasoning(content: string | null): OpaqueReasoning {
  if (!content?.startsWith(PACKED)) return { signature: null, data: content };
  try {
    const read: unknown = JSON.parse(Buffer.from(content.slice(PACKED.length), "base64url").toString());
    if (!Array.isArray(read)) return { signature: null, data: null };
    const [signature, data] = read as readonly unknown[];
    return { signature: textOrNull(signature), data: textOrNull(data) };
  } catch {
    return { signature: null, data: null };
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
