/** What one look of the doctor found. */
export interface Finding {
  /** What was looked at, such as `libtorch`. */
  readonly name: string;
  /** Whether it is there and works. */
  readonly ok: boolean;
  /** Whether relent cannot do its work without it. */
  readonly needed: boolean;
  /** What is there, or why it is not. */
  readonly detail: string;
  /** What to type to mend it; none where there is nothing to mend, or nothing that can be typed. */
  readonly mend?: string;
}

/** Why something threw, in one line. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
