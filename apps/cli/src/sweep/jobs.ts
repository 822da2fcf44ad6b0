/**
 * Works through jobs in order, several at a time.
 * @param limit - Jobs at a time; at least 1.
 * @param work - Does one job, given its position. If one throws, no further job starts, and the first error is thrown
 *   once those under way have ended.
 */
export async function runJobs<T>(
  jobs: readonly T[],
  limit: number,
  work: (job: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const errors: unknown[] = [];
  const worker = async () => {
    while (next < jobs.length && errors.length === 0) {
      const index = next++;
      try {
        await work(jobs[index]!, index);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, jobs.length) }, worker));
  if (errors.length > 0) throw errors[0];
}
