import { methodSuite } from './method-suite.js';

methodSuite('bcd', { exact: true, unmet: null, epochs: 9, accuracy: 0.7 });
