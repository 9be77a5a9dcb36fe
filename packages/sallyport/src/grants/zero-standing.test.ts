import { memoryStore } from '../stores/memory/store.ts'
import { zeroStandingContract } from './zero-standing.contract.fixture.ts'

zeroStandingContract('memory', async () => memoryStore(), 50)
