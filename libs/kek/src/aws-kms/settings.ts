import { type ConfigOf, option } from '@app/config';
import { brokenUrlRule } from '../remote/https-url.js';
import { RESILIENCE_SETTINGS } from '../remote/resilience-settings.js';

/** A key's ARN. An alias can be moved to another key, and a record names its key for ever, so an alias will not do. */
const KEY_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/[A-Za-z0-9-]{1,128}$/;

/** The region of a key's ARN; undefined where it is none. */
export function regionOf(keyArn: string): string | undefined {
  return KEY_ARN.exec(keyArn)?.[1];
}

/** Settings of a master key in AWS KMS. */
export const AWS_KMS_SETTINGS = {
  keyArn: option.text({
    help: 'ARN of a symmetric key, not of an alias.',
    check: (arn) =>
      regionOf(arn) === undefined ? 'must be the full ARN of a key, not of an alias' : undefined,
  }),
  endpoint: option.text({
    optional: true,
    help: "Address of KMS, in place of the region's own.",
    check: brokenUrlRule,
  }),
  credentials: {
    accessKeyId: option.text({
      optional: true,
      help: "Access key. Without it the SDK's own search finds credentials: variables, profile, web identity, instance role.",
    }),
    secretAccessKey: option.secret({ optional: true, help: 'Its secret.' }),
  },
  resilience: RESILIENCE_SETTINGS,
} as const;

export type AwsKmsOptions = { readonly name: string } & ConfigOf<typeof AWS_KMS_SETTINGS>;
