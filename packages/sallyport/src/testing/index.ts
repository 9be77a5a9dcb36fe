export { createTestPort, testRequest, type TestPort, type TestPortOptions } from './test-port.ts'
export { fakeClock, type FakeClock } from './fake-clock.ts'
export { testAgent, testUser } from './principals.ts'
