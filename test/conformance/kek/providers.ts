import { openKekProvider, type KekProvider } from '@app/kek';
import { SecretBytes } from '@app/secret';

/** One backend that the suite runs against. */
export interface ProviderUnderTest {
  readonly kind: string;
  /** A provider of one master key, the same at each call. */
  readonly open: () => Promise<KekProvider>;
  /** One of the same URI whose master key is another. */
  readonly openImpostor: () => Promise<KekProvider>;
}

function local(fill: number): Promise<KekProvider> {
  return openKekProvider('local', {
    name: 'default',
    key: SecretBytes.copyOf(Buffer.alloc(32, fill)),
  });
}

/** Every backend that the project has. */
export const PROVIDERS: readonly ProviderUnderTest[] = [
  { kind: 'local', open: () => local(1), openImpostor: () => local(2) },
];
