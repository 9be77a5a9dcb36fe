export { fetchAdapter, type FetchAdapterOptions } from './fetch-adapter.ts'
export { toFetchHandler, type FetchHandler, type FetchHandlerOptions } from './fetch-handler.ts'
export { type CallInfo } from './answer.ts'
