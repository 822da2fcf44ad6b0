import { loadKernels } from '@relent/kernels';
import { polySuite } from './poly-suite.js';

polySuite(loadKernels().poly, 'wasm');
