/**
 * A worker thread of the kernels.
 * @module
 */
import { workerData } from 'node:worker_threads';
import { type CrewStart, joinCrew } from '@relent/kernels';

joinCrew(workerData as CrewStart);
