import {
  type KekProviderAnswer,
  type Page,
  pageLimit,
  type PageQuery,
  parseCursor,
  toPage,
} from '@app/contract';
import type { KekProvider, KekProviders } from '@app/kek';

/** A key service that takes longer is not healthy, whatever it says in the end. */
const HEALTH_MILLIS = 3_000;

async function isHealthy(provider: KekProvider): Promise<boolean> {
  const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, HEALTH_MILLIS, false);
  const checked = provider.checkHealth().then(
    () => true,
    // Why not is for the operator: the log has it, of each call that fails for it.
    () => false,
  );
  try {
    return await Promise.race([checked, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** The platform's master keys, by name. Whoever may read keys sees them, since every key says by which of them it is wrapped. */
export class ListKekProviders {
  constructor(private readonly providers: KekProviders) {}

  async run(query: PageQuery): Promise<Page<KekProviderAnswer>> {
    const [after] = parseCursor(query, 1) ?? [];
    const limit = pageLimit(query);
    const rows = this.providers.all
      .filter(({ name }) => after === undefined || name > after)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    const page = toPage(
      rows,
      limit,
      ({ name }) => [name],
      (provider) => this.#describe(provider),
    );
    return { ...page, items: await Promise.all(page.items) };
  }

  async #describe(provider: KekProvider): Promise<KekProviderAnswer> {
    const { name, kind, uri } = provider;
    return {
      provider: name,
      kind,
      uri,
      default: provider === this.providers.default,
      healthy: await isHealthy(provider),
    };
  }
}
