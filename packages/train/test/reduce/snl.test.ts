import { methodSuite } from './method-suite.js';

methodSuite('snl', { exact: true, unmet: null, untrained: false });
