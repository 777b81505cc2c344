/** Identifiers and secrets as a port: tests make them predictable. */
export interface Ids {
  /** A new id such as `call_01jd…`: prefix, then 26 characters sortable by the time of making (ULID). */
  next(
    prefix:
      | "call"
      | "rel"
      | "rol"
      | "key"
      | "rep"
      | "ses"
      | "pau"
      | "frz"
      | "bkt"
      | "rpl"
      | "flk"
      | "fb"
      | "cse"
      | "sil"
      | "ntc"
      | "inc"
      | "act",
  ): string;
  /** `bytes` random bytes in hex. */
  secret(bytes: number): string;
}
