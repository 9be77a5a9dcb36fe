/**
 * `sallyport/audit`: what signs, proves, verifies, exports and watches the audit log. Node only (`node:crypto`); the ledgers
 * themselves come from `sallyport/memory`, `sallyport/sqlite` and `sallyport/postgres`.
 */
export type * from './types.ts'
export { callOf, DEFAULT_LIMIT, MAX_LIMIT, matches, summaryOf } from './query.ts'
export { eventFromText } from './event-text.ts'
export { EMPTY_ROOT, leafHash, nodeHash } from './merkle/hash.ts'
export { consistencyProof, inclusionProof, MissingTileError, verifyConsistency, verifyInclusion, type TileReader } from './merkle/proof.ts'
export { openCheckpoint, readCheckpoint, signCheckpoint, type Checkpoint, type OpenedCheckpoint } from './note/checkpoint.ts'
export { generateSigner, NoteKeyError, parseSigner, parseVerifier, type NoteKeyType, type NoteSigner, type NoteVerifier } from './note/key.ts'
export { NoteError, openNote, parseNote, signNote, type NoteSignature, type SignedNote } from './note/note.ts'
export { bundleEntries, TILE_WIDTH } from './tiles/bundle.ts'
export type { LogSource } from './verify/source.ts'
export { verifyLog, type LogProblem, type LogReport, type VerifyOptions } from './verify/verify-log.ts'
export { anchorToFile } from './anchor/file.ts'
export { cosign, WitnessError, type Witness } from './anchor/witness.ts'
export { sampleRefusals, type SamplingOptions } from './sampling.ts'
export { jsonLine, jsonLinesSink } from './sinks/json-lines.ts'
export { activityOf, ocsfEvent, ocsfSink, type OcsfActivity, type OcsfOptions } from './sinks/ocsf.ts'
export { openTelemetrySink, type LoggerLike, type TracerLike } from './sinks/opentelemetry.ts'
export { startRelay, type Relay, type RelayOptions } from './sinks/relay.ts'
export type { AuditSink, SinkCursor } from './sinks/sink.ts'
export { webhookSink, type WebhookSinkOptions } from './sinks/webhook.ts'
