/** "67 %" of a share; "failed" of what was not done. */
export const percent = (share: number | null): string => (share === null ? "failed" : `${(share * 100).toFixed(0)} %`);

/** A number for JSON. */
export const rounded = (value: number | null, digits: number): number | null =>
  value === null ? null : Number(value.toFixed(digits));
