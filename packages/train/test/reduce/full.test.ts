import { methodSuite } from './method-suite.js';

methodSuite('full', { budgetComparisons: 896, exact: true, unmet: 895 });
