import { SecretProviderError, type SecretProvider } from '../provider.ts'
import { field, requestJson, type JsonAnswer } from './http.ts'

/** Options of `awsSecretsManagerProvider`. */
export interface AwsSecretsManagerOptions {
  readonly region: string
  /**
   * A `fetch` that signs requests (Signature Version 4), for example `new AwsClient({ … }).fetch` of the package aws4fetch.
   * Signing and finding credentials is left to it.
   */
  readonly fetch: typeof fetch
  /** Default `https://secretsmanager.REGION.amazonaws.com`. */
  readonly endpoint?: string
}

/**
 * Keeps secrets in AWS Secrets Manager. A secret's `key` is its name or ARN. Rotation follows AWS's labels: a new version is
 * `AWSPENDING`, and promoting it moves `AWSCURRENT`.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/
 */
export function awsSecretsManagerProvider(options: AwsSecretsManagerOptions): SecretProvider {
  const endpoint = options.endpoint ?? `https://secretsmanager.${options.region}.amazonaws.com`

  const call = async (operation: string, body: Record<string, unknown>, signal?: AbortSignal): Promise<JsonAnswer> =>
    requestJson(options.fetch, `${endpoint}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${operation}` },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    })
  const fail = (operation: string, answer: JsonAnswer): never => {
    throw new SecretProviderError(`AWS Secrets Manager answered ${answer.status} ${typeOf(answer)} to ${operation}`)
  }

  return {
    name: 'aws secrets manager',
    async read({ key, version, signal }) {
      const answer = await call('GetSecretValue', { SecretId: key, ...(version === undefined ? {} : { VersionId: version }) }, signal)
      if (typeOf(answer) === 'ResourceNotFoundException') return null
      const value = field(answer.body, 'SecretString')
      const id = field(answer.body, 'VersionId')
      if (answer.status !== 200 || typeof id !== 'string') return fail('GetSecretValue', answer)
      if (typeof value !== 'string') throw new SecretProviderError(`the secret ${key} is binary`)
      const created = field(answer.body, 'CreatedDate')
      return { value, version: id, ...(typeof created === 'number' ? { createdAt: Math.round(created * 1000) } : {}) }
    },
    async write({ key, value, rotationId }) {
      // The token is the id of the version: the same token and another value is refused, and then the first one counts.
      const answer = await call('PutSecretValue', { SecretId: key, ClientRequestToken: rotationId, SecretString: value, VersionStages: ['AWSPENDING'] })
      if (answer.status === 200 || typeOf(answer) === 'ResourceExistsException') return { version: rotationId }
      return fail('PutSecretValue', answer)
    },
    async promote({ key, version, previous }) {
      const described = await call('DescribeSecret', { SecretId: key })
      if (described.status !== 200) fail('DescribeSecret', described)
      const stages = field(described.body, 'VersionIdsToStages')
      const holding = Object.entries(typeof stages === 'object' && stages !== null ? stages : {}).find(([, labels]) => Array.isArray(labels) && labels.includes('AWSCURRENT'))?.[0]
      if (holding === version) return
      const from = holding ?? previous
      const answer = await call('UpdateSecretVersionStage', {
        SecretId: key, VersionStage: 'AWSCURRENT', MoveToVersionId: version, ...(from === undefined ? {} : { RemoveFromVersionId: from }),
      })
      if (answer.status !== 200) fail('UpdateSecretVersionStage', answer)
    },
    async destroy({ key, version }) {
      // A version without a label is deprecated, and AWS deletes it in its own time: there is no call that does.
      const answer = await call('UpdateSecretVersionStage', { SecretId: key, VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: version })
      if (answer.status !== 200 && typeOf(answer) !== 'InvalidParameterException' && typeOf(answer) !== 'ResourceNotFoundException') fail('UpdateSecretVersionStage', answer)
    },
  }
}

function typeOf(answer: JsonAnswer): string {
  return String(field(answer.body, '__type') ?? '').replace(/^.*#/, '')
}
