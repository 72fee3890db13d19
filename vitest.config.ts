import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['{apps,libs,test,tools}/**/*.spec.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
