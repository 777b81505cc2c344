/** Which reports were sent: each once, whoever sends it. */
export interface ReportLog {
  /** Takes a report on oneself; false where somebody has. */
  claim(id: string, at: number): Promise<boolean>;
  /** Gives one back that could not be sent. */
  release(id: string): Promise<void>;
}
