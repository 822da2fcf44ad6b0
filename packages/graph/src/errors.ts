/**
 * A file is not what it claims to be. The message names the file and the part of it that is wrong.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
