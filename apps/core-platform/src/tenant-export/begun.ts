/**
 * Makes the first page before anything is answered, so that what is wrong from the start (no such right, no master key, a service that is
 * away) is answered as an error, and not as a cut file.
 *
 * @returns the pages, the first one at once.
 */
export async function begun<Page>(pages: AsyncGenerator<Page>): Promise<AsyncGenerator<Page>> {
  const first = await pages.next();
  return resumed(first, pages);
}

async function* resumed<Page>(
  first: IteratorResult<Page>,
  rest: AsyncGenerator<Page>,
): AsyncGenerator<Page> {
  try {
    if (first.done === true) return;
    yield first.value;
    yield* rest;
  } finally {
    // Also where the first page was the only one that anybody read.
    await rest.return(undefined);
  }
}
