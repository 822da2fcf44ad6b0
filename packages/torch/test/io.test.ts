import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FormatError } from '@relent/graph';
import {
  arange,
  type DType,
  dtypes,
  liveHandles,
  loadNpy,
  loadSafetensors,
  randint,
  saveNpy,
  saveSafetensors,
  scope,
  type Tensor,
  tensor,
} from '@relent/torch';

const folder = mkdtempSync(join(tmpdir(), 'relent-torch-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const sample = (dtype: DType, shape: number[]) => randint(0, 2, shape).to({ dtype });

test('every type and shape survives a safetensors file', () => {
  scope(() => {
    const tensors = new Map<string, Tensor>();
    for (const dtype of dtypes)
      for (const shape of [[], [0, 2], [3], [2, 3]]) tensors.set(`${dtype}.${shape}`, sample(dtype, shape));
    tensors.set('strided', arange(0, 6).reshape([2, 3]).transpose(0, 1));
    saveSafetensors(file('all.safetensors'), tensors, { epoch: '3' });
    const { tensors: loaded, metadata } = loadSafetensors(file('all.safetensors'));
    assert.equal(loaded.size, tensors.size);
    assert.equal(metadata.get('epoch'), '3');
    for (const [name, before] of tensors) {
      const now = loaded.get(name)!;
      assert.deepEqual([now.dtype, now.shape, now.toNumbers()], [before.dtype, before.shape, before.toNumbers()], name);
    }
  });
});

test('every truncation of a safetensors file is named, and leaks nothing', () => {
  scope(() => saveSafetensors(file('t.safetensors'), { a: arange(0, 4), b: tensor([1.5]) }));
  const bytes = readFileSync(file('t.safetensors'));
  const before = liveHandles();
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(file('cut.safetensors'), bytes.subarray(0, length));
    assert.throws(
      () => loadSafetensors(file('cut.safetensors')),
      (error) => error instanceof FormatError && error.message.includes('cut.safetensors'),
      `${length} bytes`,
    );
  }
  assert.equal(liveHandles(), before);
});

test('every type and shape survives an npy file', () => {
  scope(() => {
    for (const dtype of dtypes.filter((name) => name !== 'bfloat16'))
      for (const shape of [[], [0, 2], [3], [2, 3]]) {
        const before = sample(dtype, shape);
        saveNpy(file('x.npy'), before);
        const now = loadNpy(file('x.npy'));
        assert.deepEqual([now.dtype, now.shape, now.toNumbers()], [before.dtype, before.shape, before.toNumbers()]);
      }
    assert.throws(() => saveNpy(file('b.npy'), sample('bfloat16', [1])), TypeError);
  });
});

/** An npy file as NumPy writes it, by hand. */
function npy(header: string, data: Uint8Array, major = 1): Buffer {
  const text = Buffer.from(`${header}\n`, 'latin1');
  const length = Buffer.alloc(major === 1 ? 2 : 4);
  if (major === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.from([major, 0]), length, text, data]);
}

test('column-major and version 2 npy files are read', () => {
  const data = new Uint8Array(new Float32Array([1, 4, 2, 5, 3, 6]).buffer);
  writeFileSync(file('f.npy'), npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", data, 2));
  const before = liveHandles();
  const x = loadNpy(file('f.npy'));
  assert.deepEqual(
    [x.shape, x.toNumbers()],
    [
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ],
  );
  x.free();
  assert.equal(liveHandles(), before);
});

test('a bad npy file is named, with what is wrong', () => {
  const good = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(8));
  const cases: [Buffer, RegExp][] = [
    [Buffer.from('hello, this is text'), /"magic"/],
    [good.subarray(0, 5), /"magic"/],
    [good.subarray(0, 40), /"header"/],
    [good.subarray(0, good.length - 1), /"data" expected 8 bytes for \[2\], got 7/],
    [Buffer.concat([good, Buffer.from([0])]), /"data"/],
    [npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(8)), /"descr".*got >f4/],
    [npy("{'descr': '<f4'}", new Uint8Array(8)), /"header"/],
  ];
  for (const [bytes, message] of cases) {
    writeFileSync(file('bad.npy'), bytes);
    assert.throws(
      () => loadNpy(file('bad.npy')),
      (error) => error instanceof FormatError && error.message.includes('bad.npy') && message.test(error.message),
    );
  }
});

test('a failed write leaves the old file and no temporary one', () => {
  scope(() => saveNpy(file('keep.npy'), tensor([1])));
  const names = readdirSync(folder).sort();
  scope(() => assert.throws(() => saveNpy(join(folder, 'no-such-folder', 'x.npy'), tensor([1]))));
  assert.deepEqual(readdirSync(folder).sort(), names);
});
