/**
 * As much of `pkcs11js` as is used, in types of our own: the package is optional, and the code has to build where it could not be.
 * Names are those of PKCS #11 v3.0.
 */
export interface CryptokiPackage {
  readonly PKCS11: new () => Cryptoki;
  readonly CKA_CLASS: number;
  readonly CKA_ID: number;
  readonly CKA_KEY_TYPE: number;
  readonly CKA_LABEL: number;
  readonly CKA_MODULUS: number;
  readonly CKF_SERIAL_SESSION: number;
  readonly CKG_MGF1_SHA1: number;
  readonly CKG_MGF1_SHA256: number;
  readonly CKK_AES: number;
  readonly CKK_RSA: number;
  readonly CKM_AES_GCM: number;
  readonly CKM_RSA_PKCS_OAEP: number;
  readonly CKM_SHA256: number;
  readonly CKM_SHA_1: number;
  readonly CKO_PRIVATE_KEY: number;
  readonly CKO_PUBLIC_KEY: number;
  readonly CKO_SECRET_KEY: number;
  readonly CKU_USER: number;
  readonly CK_PARAMS_AES_GCM: number;
  readonly CK_PARAMS_RSA_OAEP: number;
}

/** A slot, a session or an object. */
export type Handle = Buffer;

/** What a token says of itself; texts are padded with blanks. */
export interface TokenInfo {
  readonly label: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
}

export interface Attribute {
  readonly type: number;
  readonly value?: number | string | Buffer;
}

export interface Mechanism {
  readonly mechanism: number;
  readonly parameter: Readonly<Record<string, unknown>>;
}

/** A loaded module. What it refuses is thrown, with the name of the code (`CKR_…`) as the message. */
export interface Cryptoki {
  load(path: string): void;
  C_Initialize(): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): TokenInfo;
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_Login(session: Handle, user: number, pin: string): void;
  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void;
  C_FindObjects(session: Handle, most: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(
    session: Handle,
    object: Handle,
    template: readonly Attribute[],
  ): { readonly type: number; readonly value: Buffer }[];
  C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Encrypt(session: Handle, input: Buffer, output: Buffer): Buffer;
  C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Decrypt(session: Handle, input: Buffer, output: Buffer): Buffer;
}
