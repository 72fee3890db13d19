export { inParallel } from './in-parallel.js';
export { Turns } from './turns.js';
