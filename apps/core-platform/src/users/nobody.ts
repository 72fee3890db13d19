/** Stands for the person of a name that nobody has, so that what is done for a person can be done for the name as well. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';
