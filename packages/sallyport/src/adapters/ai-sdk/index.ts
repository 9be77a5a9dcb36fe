export { budgetMiddleware, type BudgetMiddlewareOptions } from './budget.ts'
