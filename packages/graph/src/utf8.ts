import { FormatError } from './errors.js';

/** UTF-8 bytes of a string; lone surrogates become U+FFFD, as in the Encoding standard. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) {
    let code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) {
      bytes[length++] = code;
      continue;
    }
    const tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes[length++] = ((0xff00 >> (tail + 1)) & 0xff) | (code >> (6 * tail));
    for (let i = tail - 1; i >= 0; i--) bytes[length++] = 0x80 | ((code >> (6 * i)) & 0x3f);
  }
  return bytes.slice(0, length);
}

/**
 * The string that UTF-8 bytes spell; strict, so that every accepted byte string encodes back to itself.
 * @throws FormatError on malformed, overlong or surrogate sequences.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let codes: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++]!;
    let code = first;
    if (first >= 0x80) {
      const tail =
        first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : 0;
      if (tail === 0 || i + tail > bytes.length) throw malformed(i - 1);
      code = first & (0x3f >> tail);
      for (let k = 0; k < tail; k++) {
        const next = bytes[i++]!;
        if ((next & 0xc0) !== 0x80) throw malformed(i - 1);
        code = (code << 6) | (next & 0x3f);
      }
      const least = tail === 1 ? 0x80 : tail === 2 ? 0x800 : 0x10000;
      if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw malformed(i - 1);
    }
    codes.push(code);
    if (codes.length === 4096) {
      pieces.push(String.fromCodePoint(...codes));
      codes = [];
    }
  }
  pieces.push(String.fromCodePoint(...codes));
  return pieces.join('');
}

function malformed(offset: number): FormatError {
  return new FormatError(`"text" expected UTF-8, got a malformed sequence at byte ${offset}`);
}
