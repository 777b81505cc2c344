/** What is kept, in the classes in which people think of it. */
export type StorageClass = "facts" | "bodies" | "search" | "evidence" | "series" | "traces" | "answers" | "other";

/** What one class takes. */
export interface StorageShare {
  readonly storageClass: StorageClass;
  /** On disk, indexes included. */
  readonly bytes: number;
  /** As the database estimates them, or counted where there are few; `null` where neither is known. */
  readonly rows: number | null;
}

/** Says what fills the disk. */
export interface StorageGauge {
  /** One share for each class that has a table. Empty where nothing is on a disk. */
  measure(): Promise<readonly StorageShare[]>;
}
