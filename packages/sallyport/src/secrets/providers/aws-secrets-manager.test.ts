import { describe, expect, it } from 'vitest'
import { awsSecretsManagerProvider } from './aws-secrets-manager.ts'

/** A double of the JSON 1.1 API behind a fetch that signs. */
function double(): { readonly fetch: typeof fetch; readonly stages: Map<string, string[]>; fail: boolean } {
  const values = new Map([['v1', 'one']])
  const stages = new Map([['v1', ['AWSCURRENT']]])
  const holder = {
    stages,
    fail: false,
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      await Promise.resolve()
      const headers = new Headers(init?.headers)
      expect(String(input)).toBe('https://secretsmanager.eu-central-1.amazonaws.com/')
      expect(headers.get('content-type')).toBe('application/x-amz-json-1.1')
      const body = JSON.parse(String(init?.body)) as Record<string, string>
      const error = (type: string): Response => new Response(JSON.stringify({ __type: `com.amazonaws.secretsmanager#${type}`, Message: 'the value is top-secret-value' }), { status: 400 })
      if (holder.fail) return error('AccessDeniedException')
      if (body['SecretId'] !== 'prod/key') return error('ResourceNotFoundException')
      const current = [...stages].find(([, labels]) => labels.includes('AWSCURRENT'))?.[0] ?? ''
      switch (headers.get('x-amz-target')) {
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
  return holder as unknown as ReturnType<typeof double>
}

describe('AWS Secrets Manager', () => {
  const request = { name: 'KEY', key: 'prod/key' }
  const id = '11111111-2222-4333-8444-555555555555'

  it('reads the current version, one by id, and none', async () => {
    const provider = awsSecretsManagerProvider({ region: 'eu-central-1', fetch: double().fetch })
    expect(await provider.read(request)).toEqual({ value: 'one', version: 'v1', createdAt: 1767225600500 })
    expect(await provider.read({ ...request, version: 'no' })).toBeNull()
    expect(await provider.read({ name: 'X', key: 'other' })).toBeNull()
  })

  it('writes as pending once, promotes once, and lets the old version go', async () => {
    const aws = double()
    const provider = awsSecretsManagerProvider({ region: 'eu-central-1', fetch: aws.fetch })
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
    const aws = double()
    aws.fail = true
    const error = await awsSecretsManagerProvider({ region: 'eu-central-1', fetch: aws.fetch }).read(request).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('AccessDeniedException')
    expect(String(error)).not.toContain('top-secret-value')
  })
})
