export { Clock, SystemClock } from './clock.js';
export { Identifiers, RandomIdentifiers } from './identifiers.js';
