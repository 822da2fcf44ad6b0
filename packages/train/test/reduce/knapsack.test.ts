import { methodSuite } from './method-suite.js';

methodSuite('knapsack', { unmet: null, options: { images: 64 } });
