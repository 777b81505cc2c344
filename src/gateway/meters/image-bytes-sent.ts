/** Images whose bytes are taken off; those of the others count beside them. */
const MOST_MEASURED = 64;

const BASE64 = /^[\w+/=-]*$/;
const DATA_URL = /^data:image\/[\w.+-]{1,60};base64,/;

/** How many bytes of a request are images that it brings along as base64, in any of the dialects of conversation. */
export const imageBytesSent = (body: Buffer): number => imageSizesSent(body).reduce((sum, bytes) => sum + bytes, 0);

/**
 * How many bytes each of them has. Only what stands where a message has its images: a text, a tool's schema or its
 * arguments may look like one and cost by the letter.
 */
export function imageSizesSent(body: Buffer): readonly number[] {
  const request = parsed(body);
  const items = [...listOf(request, "messages"), ...listOf(request, "input")];
  const parts = items.flatMap((item) => [...listOf(item, "content"), ...listOf(item, "output")]);
  const all = parts.flatMap((part) => [part, ...listOf(part, "content")]);
  return all
    .map(dataOf)
    .filter((data) => data !== null)
    .slice(0, MOST_MEASURED)
    .map(({ length }) => length);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

function listOf(value: unknown, name: string): readonly unknown[] {
  const member = memberOf(value, name);
  return Array.isArray(member) ? member : [];
}

/** The base64 text of a part that is an image; `null` where it is none, or only names one. */
function dataOf(part: unknown): string | null {
  const type = memberOf(part, "type");
  if (type === "image") {
    const data = memberOf(memberOf(part, "source"), "data");
    return typeof data === "string" && BASE64.test(data) ? data : null;
  }
  if (type !== "image_url" && type !== "input_image") return null;
  const named = memberOf(part, "image_url");
  const url = typeof named === "string" ? named : memberOf(named, "url");
  if (typeof url !== "string") return null;
  const data = url.slice(DATA_URL.exec(url)?.[0].length ?? url.length);
  return data !== "" && BASE64.test(data) ? data : null;
}
