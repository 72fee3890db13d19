export { SecretBytes } from './secret-bytes.js';
export { SecretString } from './secret-string.js';
