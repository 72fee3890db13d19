/**
 * Makes an AES key in a token; `{ module, token, pin, label, id }` comes on standard input. A process of its own, since a PKCS #11 module
 * reads its configuration once; keys that `softhsm2-util` imports may not be used with AES-GCM.
 */
import { createRequire } from 'node:module';
import { json } from 'node:stream/consumers';

const names = createRequire(import.meta.url)('pkcs11js');
const { module, token, pin, label, id } = await json(process.stdin);

const cryptoki = new names.PKCS11();
cryptoki.load(module);
cryptoki.C_Initialize();
const slot = cryptoki
  .C_GetSlotList(true)
  .find((one) => cryptoki.C_GetTokenInfo(one).label.trimEnd() === token);
const session = cryptoki.C_OpenSession(slot, names.CKF_SERIAL_SESSION | names.CKF_RW_SESSION);
cryptoki.C_Login(session, names.CKU_USER, pin);
cryptoki.C_GenerateKey(session, { mechanism: names.CKM_AES_KEY_GEN, parameter: null }, [
  { type: names.CKA_CLASS, value: names.CKO_SECRET_KEY },
  { type: names.CKA_TOKEN, value: true },
  { type: names.CKA_PRIVATE, value: true },
  { type: names.CKA_SENSITIVE, value: true },
  { type: names.CKA_EXTRACTABLE, value: false },
  { type: names.CKA_ENCRYPT, value: true },
  { type: names.CKA_DECRYPT, value: true },
  { type: names.CKA_VALUE_LEN, value: 32 },
  { type: names.CKA_LABEL, value: label },
  { type: names.CKA_ID, value: Buffer.from(id, 'hex') },
]);
cryptoki.C_Finalize();
