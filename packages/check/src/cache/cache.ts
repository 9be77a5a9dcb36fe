import { hash } from 'node:crypto'
import { createRequire } from 'node:module'
import { Graph, type StoredGraph } from './graph.ts'
import { Places, type Numbered, type NumberedPlace } from './places.ts'
import type { CheckConfig } from '../config.ts'
import type { KeptFinding } from '../findings.ts'
import type { Importer } from '../inventory/importers.ts'
import type { Build } from '../inventory/manifest.ts'
import type { CodeBase } from '../resolve/program.ts'
import type { EntryPoint } from '../types.ts'

/** What one file with entry points came to. */
export interface FileResult {
  /** Who imports it: exposure is derived from that. */
  readonly importers: readonly Importer[]
  readonly entries: readonly EntryPoint[]
  readonly findings: readonly KeptFinding[]
}

interface StoredFile {
  readonly importers: readonly Importer[]
  readonly entries: readonly Numbered<EntryPoint>[]
  readonly findings: readonly { readonly by: KeptFinding['by']; readonly finding: Numbered<KeptFinding['finding']> }[]
}

interface Stored {
  readonly graph: StoredGraph
  readonly places: { readonly files: readonly string[]; readonly list: readonly NumberedPlace[] }
  readonly files: { readonly [path: string]: StoredFile }
}

/** What a result depends on besides the source files. */
export interface Circumstances {
  readonly config: CheckConfig
  readonly builds: readonly Build[]
}

/**
 * What the files of a code base came to, to be kept from one check to the next.
 *
 * A file's result is used again where nothing that it was made of has changed: its own text, the texts of all files that were
 * read for it, and where their imports lead, which a file that is added or removed may change. A text counts as unchanged if its
 * hash is the same. Everything starts anew with another version of the checker, another configuration, another build, or another
 * `package.json` or `tsconfig.json`.
 *
 * @example
 * const cache = new CheckCache(existsSync(file) ? readFileSync(file, 'utf8') : undefined)
 * const result = check({ root, cache })
 * if (cache.changed) writeFileSync(file, cache.toText())
 */
export class CheckCache {
  #text: string | undefined
  #changed = false

  /** @param text what {@link toText} gave; what it didn't give is no cache, and taken for an empty one */
  constructor(text?: string) {
    this.#text = text
  }

  /** Whether there is something to write since it was made. */
  get changed(): boolean {
    return this.#changed
  }

  /** The cache as text: what the last check came to. Empty before the first. */
  toText(): string {
    return this.#text ?? ''
  }

  /** Begins a check: gives what is known, and takes what comes of it. */
  open(base: CodeBase, circumstances: Circumstances): OpenCache {
    const key = keyOf(base, circumstances)
    return new OpenCache(base, parse(this.#text, key), (stored) => {
      const body = JSON.stringify(stored)
      this.#text = `${key} ${hash('sha256', body)}\n${body}`
      this.#changed = true
    })
  }
}

/** A cache while a check is running. */
export class OpenCache {
  readonly #base: CodeBase
  readonly #stored: Stored | undefined
  readonly #places: Places
  readonly #graph: Graph
  readonly #results = new Map<string, FileResult>()
  readonly #write: (stored: Stored) => void
  #news = false

  constructor(base: CodeBase, stored: Stored | undefined, write: (stored: Stored) => void) {
    this.#base = base
    this.#stored = stored
    this.#places = new Places(stored?.places.files, stored?.places.list)
    this.#graph = new Graph(base, stored?.graph)
    this.#write = write
  }

  /** What a file came to before, if that still holds. Whether the same files import it is for the caller to see. */
  get(path: string): FileResult | undefined {
    const short = this.#graph.short(path)
    const known = this.#stored?.files[short]
    if (known === undefined || !this.#graph.isFresh(short)) return undefined
    return {
      importers: known.importers,
      entries: known.entries.map((entry) => this.#places.entryOf(entry)),
      findings: known.findings.map(({ by, finding }) => ({ by, finding: this.#places.findingOf(finding) })),
    }
  }

  /** Keeps what {@link get} gave. */
  keep(path: string, known: FileResult): void {
    this.#results.set(this.#graph.short(path), known)
  }

  /** Takes what a file came to now. */
  learn(path: string, result: FileResult): void {
    this.#results.set(this.#graph.short(path), result)
    this.#news = true
  }

  /** Ends the check. */
  close(): void {
    if (!this.#news && this.#graph.isSame && this.#results.size === Object.keys(this.#stored?.files ?? {}).length) return
    const places = new Places()
    const files: { [path: string]: StoredFile } = {}
    for (const [path, { importers, entries, findings }] of this.#results) {
      files[path] = { importers, entries: entries.map((entry) => places.entry(entry)), findings: findings.map(({ by, finding }) => ({ by, finding: places.finding(finding) })) }
    }
    this.#write({ graph: this.#graph.toStored(this.#base, [...this.#results.keys()]), places: { files: places.files, list: places.list }, files })
  }
}

/** Takes a text for what it says only where this checker wrote it, under the same circumstances, and nobody changed it. */
function parse(text: string | undefined, key: string): Stored | undefined {
  const end = text?.indexOf('\n') ?? -1
  if (text === undefined || end === -1) return undefined
  const body = text.slice(end + 1)
  return text.slice(0, end) === `${key} ${hash('sha256', body)}` ? (JSON.parse(body) as Stored) : undefined
}

/** Where imports lead is said by every manifest but these. */
const unresolving = /\/(?:package-lock\.json|[^/]*\.lock|pnpm-lock\.yaml|\.env[^/]*)$/

function keyOf({ tree }: CodeBase, { config, builds }: Circumstances): string {
  const { version } = createRequire(import.meta.url)('@sallyport/check/package.json') as { readonly version: string }
  const inside = (path: string): string => path.slice(tree.root.length)
  const manifests = tree.manifests.filter((path) => !unresolving.test(path)).map((path) => [inside(path), tree.read(path)])
  const built = builds.map(({ folder, actions }) => [inside(folder), actions.map((one) => (one.file === undefined ? one : { ...one, file: inside(one.file) }))])
  return hash('sha256', JSON.stringify([version, config, manifests, built]))
}
