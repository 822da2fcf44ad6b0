import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearestName } from '../dist/suggestion.js';

const names = ['share', 'snl', 'knapsack', 'resnet20', 'fashion-mnist', 'cifar-10'];

test('a letter too many, too few, wrong or swapped', () => {
  for (const [typed, meant] of [
    ['shar', 'share'],
    ['shaare', 'share'],
    ['shore', 'share'],
    ['hsare', 'share'],
    ['RESNET20', 'resnet20'],
    ['resnt20', 'resnet20'],
    ['fashion_mnsit', 'fashion-mnist'],
    ['cifra10', 'cifar-10'],
  ] as const)
    assert.equal(nearestName(typed, names), meant, typed);
});

test('nothing is suggested for what is far from every name', () => {
  for (const typed of ['', 'imagenet', 'x', 'wonderful']) assert.equal(nearestName(typed, names), undefined, typed);
  assert.equal(didYouMean('x', names), '');
  assert.equal(didYouMean('snll', names), '; did you mean "snl"?');
});
