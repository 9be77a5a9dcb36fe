import { defineConfig } from 'vitest/config'

// Tests run from source: the condition `@sallyport/source` points every entry of every package at its `src`.
// No `import` here: it would also hold for `require`, and packages that choose by it (pg) then hand a module where a class is wanted.
const conditions = ['@sallyport/source', 'node']

// Threads of one process that strip types share a WebAssembly module, and V8 frees code of its wrappers under a lock that is gone: now and then a run died of it
// (Runtime_TierUpWasmToJSWrapper, WasmEngine::FreeDeadCode). What never tiers up frees nothing. What is built strips no types.
const execArgv = Number.parseInt(process.versions.node, 10) >= 24 ? ['--wasm-wrapper-tiering-budget=1000000000'] : []

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    execArgv,
    // A machine of CI may stand still for a moment: a test that fails there has one more try, and `npm test` then names it as flaky, with its first error.
    retry: process.env['CI'] === undefined ? 0 : 1,
    // Deadlines are for what hangs: each is many times what the slowest test needs on a machine with other work.
    // A poll waits for what has to come; a short limit would only say how busy the machine is.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'packages/*/test/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
          exclude: ['**/*.store.test.ts', '**/node_modules/**'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'stores',
          include: ['packages/*/src/**/*.store.test.ts', 'packages/*/test/**/*.store.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['apps/demo/e2e/**/*.test.ts'],
          globalSetup: ['apps/demo/e2e/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
