/** What a `data:…;base64,…` address holds (RFC 2397); `null` for any other text. Its base64 is not checked. */
export function dataUrl(url: string): { readonly mediaType: string; readonly data: string } | null {
  if (url.slice(0, 5).toLowerCase() !== "data:") return null;
  const comma = url.indexOf(",");
  const [mediaType = "", ...settings] = url.slice(5, Math.max(comma, 5)).toLowerCase().split(";");
  const isBase64 = comma > 0 && settings.length === 1 && settings[0] === "base64";
  return isBase64 && mediaType.includes("/") ? { mediaType, data: url.slice(comma + 1) } : null;
}
