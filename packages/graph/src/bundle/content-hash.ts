import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeSafetensorsHeader, orderTensors, type RawTensor } from '../safetensors.js';

/**
 * SHA-256, in hexadecimal, of the safetensors file that the given content makes: independent of where and in which
 * order the parts came from.
 */
export function contentHash(tensors: ReadonlyMap<string, RawTensor>, metadata: ReadonlyMap<string, string>): string {
  const hash = sha256.create().update(encodeSafetensorsHeader(tensors, metadata));
  for (const [, { data }] of orderTensors(tensors)) hash.update(data);
  return bytesToHex(hash.digest());
}
