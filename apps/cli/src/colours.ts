/**
 * Colours, on a terminal only: each stream is asked by itself, as one of them may be a file.
 *
 * `NO_COLOR` forbids them and `FORCE_COLOR` wants them anywhere (https://no-color.org, https://force-color.org).
 *
 * @module
 */
import colors from 'picocolors';

/** Whether a stream may have colours. */
export function hasColours(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Colours for results. */
export const outColours = colors.createColors(hasColours(process.stdout));

/** Colours for notes and failures. */
export const errorColours = colors.createColors(hasColours(process.stderr));
