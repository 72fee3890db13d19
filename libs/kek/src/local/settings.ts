import { option } from '@app/config';
import { KEK_BYTES } from '@app/crypto';

/** Settings of a further local master key. The first one is `kek.local`, whose file may be made at the first start. */
export const LOCAL_SETTINGS = {
  key: option.secretBytes({
    bytes: KEK_BYTES,
    help: 'The file with the key, 32 bytes or their base64; never made by itself.',
  }),
} as const;
