import { approvalStoreContract } from '../../approvals/store.contract.fixture.ts'
import { grantStoreContract } from '../../grants/store.contract.fixture.ts'
import { memoryStore } from './store.ts'

approvalStoreContract('memory', async () => memoryStore())
grantStoreContract('memory', async () => memoryStore())
