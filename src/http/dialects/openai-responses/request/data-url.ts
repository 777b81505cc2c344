/** What a `data:` address holds (RFC 2397, base64 only). `data` is base64. */
export interface Data {
  readonly mediaType: string;
  readonly data: string;
}

/** Whether an address holds its data itself. */
export const isDataUrl = (url: string): boolean => url.slice(0, 5).toLowerCase() === "data:";

/** Reads `data:image/png;base64,…`; `null` for data in another form. */
export function dataOf(url: string): Data | null {
  const comma = url.indexOf(",");
  // A media type with its settings is short; the rest is data.
  if (comma < 0 || comma > 300) return null;
  const [mediaType = "", ...settings] = url.slice(5, comma).toLowerCase().split(";");
  const isBase64 = settings.length === 1 && settings[0] === "base64" && mediaType !== "";
  return isBase64 ? { mediaType, data: url.slice(comma + 1) } : null;
}

/** The reverse. */
export const dataUrl = ({ mediaType, data }: Data): string => `data:${mediaType};base64,${data}`;

/** Whether a text is an address on the web. */
export function isWebAddress(url: string): boolean {
  const start = url.slice(0, 8).toLowerCase();
  return (start.startsWith("http://") || start === "https://") && URL.canParse(url);
}
