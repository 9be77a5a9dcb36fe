import { toRouteHandler } from 'sallyport/next'
import { reply } from '../../../actions/assistant.ts'

export const POST = toRouteHandler(reply)
