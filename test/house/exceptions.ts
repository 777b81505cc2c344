/** A violation that stands with a reason. One that no longer occurs must be removed from this list. */
export interface Exception {
  readonly file: string;
  readonly rule: string;
  readonly reason: string;
}

/** Every place where a house rule is broken on purpose. Keep it short. */
export const EXCEPTIONS: readonly Exception[] = [];
