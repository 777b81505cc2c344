/** Topics whose state has a mark: another mark means that something happened there. */
export type MarkedTopic = "rollouts" | "routes" | "alerts" | "incidents" | "changes";

/** How far each topic has come, as short texts without spaces; they mean nothing but whether they differ. */
export type Marks = Readonly<Record<MarkedTopic, string>>;

/** Says how far everything has come that people look at, whichever replica moved it. */
export interface ChangeMarks {
  /** One cheap query. */
  read(): Promise<Marks>;
}
