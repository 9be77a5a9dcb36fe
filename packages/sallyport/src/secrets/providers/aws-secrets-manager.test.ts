import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { awsSecretsManagerProvider } from './aws-secrets-manager.ts'

interface Double {
  readonly stages: Map<string, string[]>
  fail: boolean
  answer(target: string | undefined, body: Record<string, string>): Response
}

/** A double of the JSON 1.1 API. */
function double(): Double {
  const values = new Map([['v1', 'one']])
  const stages = new Map([['v1', ['AWSCURRENT']]])
  const holder = {
    stages,
    fail: false,
    answer(target: string | undefined, body: Record<string, string>): Response {
      const error = (type: string): Response => new Response(JSON.stringify({ __type: `com.amazonaws.secretsmanager#${type}`, Message: 'the value is top-secret-value' }), { status: 400 })
      if (holder.fail) return error('AccessDeniedException')
      if (body['SecretId'] !== 'prod/key') return error('ResourceNotFoundException')
      const current = [...stages].find(([, labels]) => labels.includes('AWSCURRENT'))?.[0] ?? ''
      switch (target) {
        case 'secretsmanager.GetSecretValue': {
          const id = body['VersionId'] ?? current
          return values.has(id) ? Response.json({ SecretString: values.get(id), VersionId: id, CreatedDate: 1767225600.5 }) : error('ResourceNotFoundException')
        }
        case 'secretsmanager.PutSecretValue': {
          const id = body['ClientRequestToken'] ?? ''
          if (values.has(id)) return values.get(id) === body['SecretString'] ? Response.json({ VersionId: id }) : error('ResourceExistsException')
          values.set(id, body['SecretString'] ?? '')
          stages.set(id, body['VersionStages'] as unknown as string[])
          return Response.json({ VersionId: id })
        }
        case 'secretsmanager.DescribeSecret':
          return Response.json({ VersionIdsToStages: Object.fromEntries(stages) })
        case 'secretsmanager.UpdateSecretVersionStage': {
          const label = body['VersionStage'] ?? ''
          const from = body['RemoveFromVersionId']
          if (from !== undefined) {
            if (stages.get(from)?.includes(label) !== true) return error('InvalidParameterException')
            stages.set(from, (stages.get(from) ?? []).filter((known) => known !== label))
            if (label === 'AWSCURRENT') stages.set(from, ['AWSPREVIOUS'])
          }
          const to = body['MoveToVersionId']
          if (to !== undefined) stages.set(to, [label])
          return Response.json({})
        }
        default:
          return error('UnknownOperationException')
      }
    },
  }
  return holder
}

let aws: Double
let server: Server
let endpoint = ''
beforeEach(async () => {
  aws = double()
  server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const { authorization = '', 'content-type': type, 'x-amz-target': target } = request.headers
      const refused = request.method !== 'POST' || request.url !== '/' || type !== 'application/x-amz-json-1.1' || !authorization.startsWith('AWS4-HMAC-SHA256 ')
      const answer = refused ? new Response(JSON.stringify({ __type: 'IncompleteSignatureException' }), { status: 400 }) : aws.answer(target?.toString(), JSON.parse(body) as Record<string, string>)
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(await answer.text())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  endpoint = typeof bound === 'object' && bound !== null ? `http://127.0.0.1:${bound.port}` : ''
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** In the place of one that signs: the signature is its part, not the provider's. */
const signing: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers)
  headers.set('authorization', 'AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/secretsmanager/aws4_request')
  return fetch(input, { ...init, headers })
}
const options = (): Parameters<typeof awsSecretsManagerProvider>[0] => ({ region: 'eu-central-1', endpoint, fetch: signing })

describe('AWS Secrets Manager', () => {
  const request = { name: 'KEY', key: 'prod/key' }
  const id = '11111111-2222-4333-8444-555555555555'

  it('reads the current version, one by id, and none', async () => {
    const provider = awsSecretsManagerProvider(options())
    expect(await provider.read(request)).toEqual({ value: 'one', version: 'v1', createdAt: 1767225600500 })
    expect(await provider.read({ ...request, version: 'no' })).toBeNull()
    expect(await provider.read({ name: 'X', key: 'other' })).toBeNull()
  })

  it('writes as pending once, promotes once, and lets the old version go', async () => {
    const provider = awsSecretsManagerProvider(options())
    expect(await provider.write?.({ ...request, value: 'two', rotationId: id })).toEqual({ version: id })
    expect(await provider.write?.({ ...request, value: 'three', rotationId: id })).toEqual({ version: id })
    expect((await provider.read(request))?.value).toBe('one')
    expect((await provider.read({ ...request, version: id }))?.value).toBe('two')
    await provider.promote?.({ ...request, version: id, previous: 'v1' })
    await provider.promote?.({ ...request, version: id, previous: 'v1' })
    expect((await provider.read(request))?.value).toBe('two')
    await provider.destroy?.({ ...request, version: 'v1' })
    await provider.destroy?.({ ...request, version: 'v1' })
    expect(aws.stages.get('v1')).toEqual([])
  })

  it('says what failed, and not what the answer held', async () => {
    aws.fail = true
    const error = await awsSecretsManagerProvider(options()).read(request).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('AccessDeniedException')
    expect(String(error)).not.toContain('top-secret-value')
  })

  it("asks the region's own address where no other is given, and fails where nothing was signed", async () => {
    const asked: string[] = []
    const far: typeof fetch = async (input) => {
      asked.push(String(input))
      return Promise.resolve(Response.json({ SecretString: 'far', VersionId: 'v1' }))
    }
    expect((await awsSecretsManagerProvider({ region: 'eu-central-1', fetch: far }).read(request))?.value).toBe('far')
    expect(asked).toEqual(['https://secretsmanager.eu-central-1.amazonaws.com/'])
    await expect(awsSecretsManagerProvider({ ...options(), fetch }).read(request)).rejects.toThrow('IncompleteSignatureException')
  })
})
