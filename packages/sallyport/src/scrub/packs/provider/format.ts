import type { Row } from '../rows.ts'

/** What is secret whoever issued it: private keys, tokens with a structure of their own, passwords in URLs. */
export const FORMAT: readonly Row[] = [
  // Committed as soon as a line of key material has been seen: a key is never held back whole.
  [
    'private-key',
    'Private key in PEM or PGP armour',
    '-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\\s|\\\\[nr]|[A-Z][A-Za-z-]{2,30}: [^\\n\\\\]{0,100}){0,40}[A-Za-z0-9+/]{16}[A-Za-z0-9+/=\\s\\\\]*(?:-----END[ A-Z0-9]{0,40}-----)?',
  ],
  ['putty-private-key', 'PuTTY private key', 'Private-Lines: \\d{1,3}(?:\\s|\\\\[nr])+([A-Za-z0-9+/]{32}[A-Za-z0-9+/=\\s\\\\]*)', 1],
  ['jwt', 'JSON Web Token', '\\beyJ[\\w-]{14,}\\.eyJ[\\w-]{8,}(?:\\.[\\w-]*)?'],
  ['jwe', 'Encrypted JSON Web Token', '\\beyJ[\\w-]{14,}\\.[\\w-]{0,700}\\.[\\w-]{16,24}\\.[\\w-]{16}[\\w-]*(?:\\.[\\w-]*)?'],
  ['bearer-token', 'Bearer token in a header', '(?i)\\bbearer\\s{1,3}([a-z0-9_~+/.-]{32,}={0,2})', 1],
  ['basic-credentials', 'Basic credentials in a header', '(?i)\\bauthorization[\'"]?:\\s{0,3}[\'"]?basic\\s{1,3}([a-z0-9+/]{12,}={0,2})', 1],
  ['postgres-url', 'Password in a PostgreSQL URL', '\\bpostgres(?:ql)?(?:\\+\\w{1,20})?://[^\\s:@/]{0,100}:([^\\s@/]{1,200})@', 1],
  ['mysql-url', 'Password in a MySQL or MariaDB URL', '\\b(?:mysql|mariadb)(?:\\+\\w{1,20})?://[^\\s:@/]{0,100}:([^\\s@/]{1,200})@', 1],
  ['mongodb-url', 'Password in a MongoDB URL', '\\bmongodb(?:\\+srv)?://[^\\s:@/]{0,100}:([^\\s@/]{1,200})@', 1],
  ['redis-url', 'Password in a Redis URL', '\\b(?:rediss?|valkeys?)://[^\\s:@/]{0,100}:([^\\s@/]{1,200})@', 1],
  ['amqp-url', 'Password in an AMQP URL', '\\bamqps?://[^\\s:@/]{0,100}:([^\\s@/]{1,200})@', 1],
  ['sqlserver-url', 'Password in a SQL Server URL', '\\b(?:sqlserver|mssql)(?:\\+\\w{1,20})?://[^\\s:@/]{0,100}:([^\\s@/]{1,200})@', 1],
  ['smtp-url', 'Password in an SMTP URL', '\\bsmtps?://[^\\s:@/]{0,100}:([^\\s@/]{1,200})@', 1],
  ['ftp-url', 'Password in an FTP or SFTP URL', '\\bs?ftps?://[^\\s:@/]{1,100}:([^\\s@/]{1,200})@', 1],
  ['http-url', 'Password in an HTTP URL', '\\bhttps?://[^\\s:@/?#]{1,100}:([^\\s@/?#]{3,200})@', 1],
  ['ado-password', 'Password in a connection string', '(?i);\\s?(?:password|pwd)=([^;\\s"\']{4,200})', 1],
  ['wireguard-key', 'WireGuard private key', '\\bPrivateKey\\s{0,3}=\\s{0,3}([A-Za-z0-9+/]{43}=)', 1],
]
