export { budgetMiddleware, type BudgetMiddlewareOptions } from './budget.ts'
export { scrubMiddleware, scrubTransform, scrubUIMessages } from './scrub.ts'
export { scrubSse, type ScrubSseOptions } from './scrub-sse.ts'
export { toTools, type ToToolsOptions } from './tools.ts'
