import { methodSuite } from './method-suite.js';

methodSuite('autorep', { exact: true, unmet: null, untrained: false });
