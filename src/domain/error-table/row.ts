/** One row of the error table. `status` is the HTTP status an edge answers with. */
export interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  readonly message: string;
  readonly help: string;
}
