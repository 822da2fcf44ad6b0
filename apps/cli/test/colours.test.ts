import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasColours } from '../dist/colours.js';

test('colours on a terminal only, unless the environment says otherwise', () => {
  const terminal = { isTTY: true };
  assert.equal(hasColours(terminal, {}), true);
  assert.equal(hasColours({}, {}), false);
  assert.equal(hasColours({}, { CI: 'true' }), false);
  assert.equal(hasColours(terminal, { TERM: 'dumb' }), false);
  assert.equal(hasColours(terminal, { NO_COLOR: '1' }), false);
  assert.equal(hasColours(terminal, { NO_COLOR: '' }), true);
  assert.equal(hasColours({}, { FORCE_COLOR: '1' }), true);
  assert.equal(hasColours(terminal, { FORCE_COLOR: '0' }), false);
});
