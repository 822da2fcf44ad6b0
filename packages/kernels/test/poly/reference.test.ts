import { referenceKernels } from '@relent/kernels';
import { polySuite } from './poly-suite.js';

polySuite(referenceKernels.poly, 'reference');
