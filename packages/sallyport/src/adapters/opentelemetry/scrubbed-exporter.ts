import type { Scrubber } from '../../scrub/types.ts'

/** What is used of `ExportResult` of `@opentelemetry/core`. */
export interface ExportResultLike {
  /** 0 for success, 1 for failure. */
  readonly code: number
  readonly error?: Error
}

/** What is used of `SpanExporter` of `@opentelemetry/sdk-trace`, and of `LogRecordExporter` of `@opentelemetry/sdk-logs`. */
export interface ExporterLike<Item> {
  export(items: Item[], done: (result: ExportResultLike) => void): void
  forceFlush?(): Promise<void>
  shutdown(): Promise<void>
}

const FAILED = 1
/** What spans and log records hold that somebody may have written. Ids and times are the SDK's. */
const WRITTEN = ['name', 'attributes', 'events', 'status', 'instrumentationScope', 'body', 'eventName', 'severityText']

/**
 * An exporter that gives another one nothing that the scrubber knows to be a secret: names, attributes, events with their exceptions,
 * links, status messages and the resource of spans; bodies and attributes of log records. What is clean is handed on as it is.
 * What can't be looked through is not exported, and the export is then reported as failed.
 *
 * @param scrubber The port's, `port.runtime.scrubber`: it knows the values of `defineSecrets`, and those loaded later too.
 *
 * @example
 * ```ts
 * new BatchSpanProcessor({ exporter: scrubbedExporter(new OTLPTraceExporter(), port.runtime.scrubber) })
 * ```
 */
export function scrubbedExporter<Item extends object>(exporter: ExporterLike<Item>, scrubber: Pick<Scrubber, 'scrubValue'>): ExporterLike<Item> {
  const clean = <T>(value: T): T => scrubber.scrubValue(value).value
  return {
    export(items, done) {
      const kept: Item[] = []
      for (const item of items) {
        try {
          kept.push(scrubbed(item, clean))
        } catch {
          // What went wrong may hold what was looked through.
        }
      }
      const lost = items.length - kept.length
      exporter.export(kept, (result) => done(lost === 0 ? result : { code: FAILED, error: new Error(`${lost} of ${items.length} could not be looked through for secrets, and were not exported`) }))
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

type Clean = <T>(value: T) => T

function scrubbed<Item extends object>(item: Item, clean: Clean): Item {
  return copyWith(item, [
    ...WRITTEN.map((name) => [name, clean(Reflect.get(item, name) as unknown)] as const),
    ['links', listOf(Reflect.get(item, 'links'), clean)],
    ['resource', resourceOf(Reflect.get(item, 'resource'), clean)],
  ])
}

/** Links, whose contexts are ids. */
function listOf(links: unknown, clean: Clean): unknown {
  if (!Array.isArray(links)) return links
  const after = links.map((link: object) => copyWith(link, [['attributes', clean(Reflect.get(link, 'attributes') as unknown)]]))
  return after.some((link, at) => link !== links[at]) ? after : links
}

/** A resource keeps what its attributes are made of. */
function resourceOf(resource: unknown, clean: Clean): unknown {
  if (typeof resource !== 'object' || resource === null) return resource
  return copyWith(resource, ['attributes', ...Object.keys(resource)].map((name) => [name, clean(Reflect.get(resource, name) as unknown)] as const))
}

/** The same object where nothing changes; else one of its class, without what was there before. */
function copyWith<T extends object>(original: T, values: readonly (readonly [name: string, value: unknown])[]): T {
  const changes = values.filter(([name, value]) => value !== Reflect.get(original, name))
  if (changes.length === 0) return original
  const copy = Object.create(Object.getPrototypeOf(original) as object | null, Object.getOwnPropertyDescriptors(original)) as T
  for (const [name, value] of changes) Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true })
  return copy
}
