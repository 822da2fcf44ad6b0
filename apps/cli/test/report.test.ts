import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { renderReport } from '../dist/report/page.js';
import type { NetworkResult, ReportResults } from '../dist/report/results.js';

function network(label: string, comparisons: number, accuracy: number): NetworkResult {
  const phase = { bytes: comparisons * 600, rounds: 8, ms: comparisons / 20 };
  return {
    label,
    comparisons,
    accuracy,
    integerAccuracy: accuracy - 0.001,
    predicted: { offlineBytes: phase.bytes, onlineBytes: phase.bytes },
    offline: phase,
    online: phase,
    images: 32,
    right: 30,
    exact: 32,
  };
}

const results: ReportResults = {
  network: 'resnet8',
  dataset: 'fashion-mnist',
  networks: [network('full', 28_224, 0.912), network('5 %', 1_372, 0.872)],
  warnings: ['semi-honest: <not reviewed>'],
};

test('the report is one file: it loads nothing and runs nothing', () => {
  const html = renderReport(results);
  const { document } = parseHTML(html);
  assert.equal(document.querySelectorAll('script, link, img, iframe').length, 0);
  assert.doesNotMatch(html.replaceAll(/http:\/\/www\.w3\.org\/\S+/g, ''), /https?:\/\//);
});

test('it shows both plots, every network, and the warnings', () => {
  const { document } = parseHTML(renderReport(results));
  assert.equal(document.querySelectorAll('figure svg').length, 2);
  assert.equal(document.querySelectorAll('svg[width]').length, 0);
  assert.equal(document.querySelectorAll('tbody tr').length, 2);
  const text = document.body.textContent ?? '';
  assert.match(text, /1,372 comparisons instead of 28,224: 20\.6 times fewer bytes/);
  assert.match(text, /semi-honest: <not reviewed>/);
});

test('words from outside cannot become markup', () => {
  const html = renderReport({ ...results, network: '<script>alert(1)</script>' });
  assert.doesNotMatch(html, /<script/);
});
