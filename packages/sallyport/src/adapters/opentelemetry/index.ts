export { scrubbedExporter, type ExporterLike, type ExportResultLike } from './scrubbed-exporter.ts'
