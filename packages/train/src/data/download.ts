/**
 * Downloads over HTTP into a file, failing fast when the host does not answer.
 * @module
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { FormatError } from '@relent/graph';

const ANSWER_TIMEOUT_MS = 10_000;
const STALL_TIMEOUT_MS = 30_000;

/** Why a request failed, in a few words. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/**
 * Writes the body of a URL to `path`.
 * @param md5 - Digest that the body must have.
 * @param onBytes - Told the bytes received so far and, where the server says so, the total.
 * @throws Error if the host does not answer within 10 s, answers with an error, or stalls for 30 s.
 * @throws FormatError if the digest is another one.
 */
export async function download(
  url: string,
  path: string,
  md5: string | undefined,
  onBytes: (received: number, total: number | null) => void,
): Promise<void> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal, redirect: 'follow' });
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    const length = Number(response.headers.get('content-length'));
    const total = Number.isFinite(length) && length > 0 ? length : null;
    const hash = createHash('md5');
    const file = await open(path, 'w');
    try {
      let received = 0;
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(new Error('the download stalled')), STALL_TIMEOUT_MS);
        hash.update(chunk);
        await file.write(chunk);
        received += chunk.length;
        onBytes(received, total);
      }
    } finally {
      await file.close();
    }
    const digest = hash.digest('hex');
    if (md5 !== undefined && digest !== md5) throw new FormatError(`"${url}" expected MD5 ${md5}, got ${digest}`);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
