/**
 * Stands in for every server entry under the export condition `browser`. The import below resolves to nothing, so a client bundle
 * that reaches it does not build, and the bundler's message carries the reason. A module that merely threw would build green.
 */
// @ts-expect-error There is no such file, on purpose.
import './sallyport-runs-on-the-server-only--expose-the-action-from-a-use-server-file-and-import-that-instead.js'

export {}
