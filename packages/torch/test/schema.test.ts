import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSchema, printSchema, printType, schemaTexts } from '@relent/torch';

test('every registered schema is printed as it was read', () => {
  const texts = schemaTexts();
  assert.ok(texts.length > 2000, `${texts.length} schemas`);
  for (const text of texts) assert.equal(printSchema(parseSchema(text)), text);
});

test('a schema becomes its parts', () => {
  const schema = parseSchema('aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)');
  assert.equal(schema.name, 'aten::add_');
  assert.equal(schema.overload, 'Tensor');
  assert.deepEqual(
    schema.parameters.map(({ name, defaultText, keywordOnly }) => [name, defaultText, keywordOnly]),
    [
      ['self', null, false],
      ['other', null, false],
      ['alpha', '1', true],
    ],
  );
  assert.deepEqual(schema.parameters[0]!.type, {
    kind: 'alias',
    of: { kind: 'name', name: 'Tensor' },
    set: { before: ['a'], write: true, after: null },
  });
  assert.equal(printType(schema.results[0]!.type), 'Tensor(a!)');
});

test('defaults may hold commas, equal signs, brackets and quotes', () => {
  const schema = parseSchema('x::y(int[2] a=[-2, -1], str b="(,=\\")", str[] c=[]) -> ()');
  assert.deepEqual(
    schema.parameters.map((parameter) => parameter.defaultText),
    ['[-2, -1]', '"(,=\\")"', '[]'],
  );
  assert.equal(schema.results.length, 0);
});

test('text that is no schema is refused', () => {
  for (const text of [
    '',
    'aten::add',
    'aten::add(Tensor self',
    'aten::add(Tensor a b) -> ()',
    'aten::add(Ten$or a) -> ()',
  ])
    assert.throws(() => parseSchema(text), { name: 'RangeError', message: /^"schema" expected / });
});
