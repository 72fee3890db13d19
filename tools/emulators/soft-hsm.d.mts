/** What of SoftHSM 2 this machine lacks, in words; undefined where tests can use it. */
export declare function softHsmLacks(): string | undefined;
/** The library of SoftHSM 2, where tests can use it. */
export declare function findSoftHsm(): string | undefined;
