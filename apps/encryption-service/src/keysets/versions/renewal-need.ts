/**
 * Whether an active version has seen enough: `wanted` from its limit on, when a new one is made beside the use; `required` once it is
 * over the limit by as much as it may be, when the use waits for the new one.
 */
export type RenewalNeed = 'none' | 'wanted' | 'required';
