export { nextAdapter, type NextAdapterOptions } from './next-adapter.ts'
export { toRouteHandler, type RouteHandler, type RouteHandlerOptions } from './route-handler.ts'
export { withSallyport } from './with-sallyport.ts'
