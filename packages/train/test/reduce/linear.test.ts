import { methodSuite } from './method-suite.js';

methodSuite('linear', { exact: true, unmet: null });
