/** How a request is written. */
export type OtlpForm = "protobuf" | "json";

/** The form of a content type; `null` for one that is neither. */
export function otlpForm(contentType: string): OtlpForm | null {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/x-protobuf") return "protobuf";
  return type === "application/json" ? "json" : null;
}
