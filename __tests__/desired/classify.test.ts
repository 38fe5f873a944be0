import { describe, expect, it } from 'vitest';
import { isLocalUrl } from '../../src/desired/app-url.ts';
import { classify } from '../../src/desired/classify.ts';
import { Secret } from '../../src/secret.ts';

const classified = (name: string, value: string) => classify(name, new Secret(value));
const classOf = (name: string, value: string) => classified(name, value).class;

/** A name that says nothing. */
const OTHER = 'OTHER';

/** Letters and digits that no word has; the same each time. */
const base62 = (length: number) => 'kJ8sd7FhsK2lq0ZpW9xYb3VnTr5Mc1Qe'.repeat(8).slice(0, length);
const hex = (length: number) => '3f9a1c7be4d2850f6a3b9c8d7e1f2045'.repeat(8).slice(0, length);
const lower = (length: number) => 'q7zk2v9xw4jt8mhb3ncy6rpd5gfl1sae'.repeat(8).slice(0, length);
const upper = (length: number) => lower(length).toUpperCase();
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

describe('a secret by its name', () => {
  it.each([
    // words that say so anywhere in a name
    ['SMTP_PASSWORD', 'letmein'],
    ['DB_PASSWORD', 'letmein'],
    ['PASSWORD', 'welcome'],
    ['password', 'welcome'],
    ['POSTGRES_PASSWORD_PRODUCTION', 'welcome'],
    ['MYSQL_PASSWD', 'welcome'],
    ['KEY_PASSPHRASE', 'correct horse battery staple'],
    ['GITHUB_TOKEN', 'none-yet'],
    ['TOKEN_OF_X', 'anything'],
    ['MY_SECRET', 'anything'],
    ['GOOGLE_CREDENTIALS', 'anything'],
    ['GOOGLE_CREDENTIAL', 'anything'],
    ['AWS_SECRET_ACCESS_KEY', 'anything'],
    ['REMEMBER_ME_PEPPER', 'anything'],
    ['WALLET_MNEMONIC', 'legal winner thank year wave sausage worth useful legal winner thank yellow'],
    ['SMTP_KENNWORT', 'willkommen'],
    // framework keys
    ['APP_KEY', 'library'],
    ['SECRET_KEY_BASE', 'library'],
    ['RAILS_MASTER_KEY', 'library'],
    ['DJANGO_SECRET_KEY', 'library'],
    ['NEXTAUTH_SECRET', 'library'],
    ['FLASK_SECRET_KEY', 'library'],
    ['PHX_SECRET_KEY_BASE', 'library'],
    // signing and session keys, salts, HMAC
    ['SESSION_SIGNING_KEY', 'library'],
    ['COOKIE_KEY', 'library'],
    ['ENCRYPTION_KEY', 'library'],
    ['AUTH_SALT', 'library'],
    ['NONCE_SALT', 'library'],
    ['LIVEVIEW_SIGNING_SALT', 'library'],
    ['HMAC_KEY', 'library'],
    ['WEBHOOK_HMAC', 'library'],
    ['API_KEY_2', 'library'],
    ['APP_KEY_PRODUCTION', 'library'],
    ['APP_PREVIOUS_KEYS', 'library'],
    ['TLS_PRIVATE_KEY', 'library'],
    ['STRIPE_API_KEY', 'library'],
    ['STRIPE_APIKEY', 'library'],
    ['app.api-key', 'library'],
    // short for a password
    ['DB_PASS', 'library'],
    ['SMTP_PASS', 'library'],
    ['LDAP_PWD', 'library'],
    ['ROOT_PW', 'library'],
    // camelCase
    ['clientSecret', 'library'],
    ['dbPassword', 'library'],
    ['apiKey', 'library'],
    ['spring.datasource.dbPwd', 'library'],
    ['ConnectionStrings__dbPassword', 'library'],
    // run together
    ['DBPASSWORD', 'library'],
    ['PGPASSWORD', 'library'],
    ['MYSQLPWD', 'library'],
    ['smtppass', 'library'],
    ['ROOTPW', 'library'],
    ['secretkey', 'library'],
    ['CLIENTSECRET', 'library'],
    ['AUTHTOKEN', 'library'],
    ['SIGNINGKEY', 'library'],
    // an address that is the secret
    ['SLACK_WEBHOOK_URL', 'https://hooks.example.com/services'],
    // a name that measures or switches, with a value that does not
    ['PASSWORD_MIN_LENGTH', 'hunter2'],
    ['TOKEN_TTL', base62(24)],
    ['DISABLE_AUTH_TOKEN', base62(24)],
    ['ENABLE_PASSWORD', 'letmein'],
  ])('%s=%s', (name, value) => {
    expect(classified(name, value)).toMatchObject({ class: 'secret', certain: false });
    expect(classified(name, value).reason).toMatch(/ [A-Z_]+$/);
  });
});

const JWT_HEADER = '{\n  "typ": "JWT",\n  "alg": "HS256"\n}';

describe('a secret by its value, whatever it is called', () => {
  it.each([
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${base62(64)}\n-----END PRIVATE KEY-----`],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\n'],
    ['a private key', 'prefix -----BEGIN OPENSSH PRIVATE KEY-----'],
    ['a private key', '-----BEGIN PGP PRIVATE KEY BLOCK-----'],
    ['a private key in base64', base64(`-----BEGIN EC PRIVATE KEY-----\n${base62(64)}`)],
    // issuers' forms
    ['a GitHub token', `ghp_${base62(36)}`],
    ['a GitHub token', `ghs_${base62(36)}`],
    ['a GitHub token', `github_pat_${base62(40)}`],
    ['a GitHub token between blanks', ` ghp_${base62(36)}\n`],
    ['a GitLab token', `glpat-${base62(20)}`],
    ['an AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
    ['an AWS access key', 'ASIAIOSFODNN7EXAMPLE'],
    ['a Slack token', `xoxb-${base62(24)}`],
    ['a Stripe key', `sk_live_${base62(24)}`],
    ['a Stripe key', `rk_test_${base62(24)}`],
    ['a Stripe webhook', `whsec_${base62(32)}`],
    ['an Anthropic key', `sk-ant-${base62(40)}`],
    ['an OpenAI key', `sk-proj-${base62(40)}`],
    ['a SendGrid key', `SG.${base62(22)}.${base62(43)}`],
    ['a Mailgun key', `key-${hex(32)}`],
    ['a Brevo key', `xkeysib-${hex(64)}-${base62(16)}`],
    ['a Google key', `AIza${base62(35)}`],
    ['an npm token', `npm_${base62(36)}`],
    ['a PyPI token', `pypi-${base62(40)}`],
    ['a Hugging Face token', `hf_${base62(34)}`],
    ['a DigitalOcean token', `dop_v1_${hex(64)}`],
    ['a Vault token', `hvs.${base62(40)}`],
    ['a Terraform token', `${base62(14)}.atlasv1.${base62(60)}`],
    ['a Databricks token', `dapi${hex(32)}`],
    ['a Grafana token', `glsa_${base62(32)}_${hex(8)}`],
    ['a New Relic key', `NRAK-${upper(27)}`],
    ['a Shopify token', `shpat_${hex(32)}`],
    ['a Postman key', `PMAK-${hex(24)}-${hex(34)}`],
    ['a Linear key', `lin_api_${base62(40)}`],
    ['a Telegram bot', `1234567890:${base62(35)}`],
    ['a Tailscale key', `tskey-auth-${base62(24)}`],
    ['an age key', `AGE-SECRET-KEY-1${upper(58)}`],
    // JWT
    ['a JWT', `${base64url('{"alg":"HS256"}')}.${base64url('{"sub":"1"}')}.${base62(43)}`],
    ['a JWT with an indented header', `${base64url(JWT_HEADER)}.${base64url('{"sub":"1"}')}.${base62(43)}`],
    // framework keys
    ['a key of Laravel', `base64:${base64(base62(32))}`],
    ['several of them', `base64:${base64(base62(32))},base64:${base64(lower(32))}`],
    // URLs
    ['a URL with a password', 'postgres://u:p@db/x'],
    ['a URL with a password and no user', 'redis://:p@cache:6379'],
    ['a URL with a password that is encoded', 'amqp+ssl://u:p%40@h'],
    ['a URL in a text', 'url=https://u:p@h/x'],
    ['a URL with a password of digits', 'postgres://user:12345@db/x'],
    ['a URL with a key as its user', `https://${hex(32)}@sentry.example.com/42`],
    // connection strings that are no URL
    ['JDBC', 'jdbc:postgresql://db:5432/app?user=papyrus&password=Nkfe8j2x'],
    ['JDBC of Oracle', 'jdbc:oracle:thin:papyrus/Nkfe8j2x@db.internal:1521:orcl'],
    ['ADO.NET', 'Server=db;Database=app;User Id=papyrus;Password=Nkfe8j2x;'],
    ['ADO.NET, short', 'Data Source=db;UID=papyrus;Pwd=Nkfe8j2x'],
    ['libpq', 'host=db user=papyrus password=Nkfe8j2x dbname=app'],
    ['a Go DSN', 'papyrus:Nkfe8j2x@tcp(db:3306)/app?parseTime=true'],
    ['a user and a password before a host', 'papyrus:Nkfe8j2x@db.internal:5432/app'],
    [
      'a storage account',
      `DefaultEndpointsProtocol=https;AccountName=papyrus;AccountKey=${base64(base62(48))};EndpointSuffix=core.windows.net`,
    ],
    [
      'a service bus',
      `Endpoint=sb://papyrus.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${base64(base62(32))}`,
    ],
    ['hosts of Redis', 'cache-1:6379,cache-2:6379,password=Nkfe8j2x,ssl=True'],
    ['URLs of Redis', 'redis://cache-1:6379,redis://:Nkfe8j2x@cache-2:6379'],
    // addresses that are the secret
    ['a webhook of Slack', `https://hooks.slack.com/services/T00000000/B00000000/${base62(24)}`],
    ['a webhook of Discord', `https://discord.com/api/webhooks/123456789012345678/${base62(60)}`],
    ['a webhook of Teams', `https://papyrus.webhook.office.com/webhookb2/${hex(32)}`],
    ['a bot of Telegram', `https://api.telegram.org/bot1234567890:${base62(35)}/sendMessage`],
    // headers
    ['a header list', `Authorization=Basic ${base64('papyrus:Nkfe8j2x')}`],
    ['a header list', `x-tenant=papyrus,api-key=${base62(32)}`],
    ['a header', `Bearer ${base62(32)}`],
    // hashes
    ['bcrypt', '$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW'],
    ['apr1', 'admin:$apr1$zQ1x8k2s$8J5bZ0e7mQ3vH9tYw1kLx.'],
    ['argon2', '$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4'],
    ['SHA-512 crypt', '$6$rounds=5000$usesomesillystri$D4IrlXatmP7rx3P3InaxBeoomnAihCKRVQ'],
    ['Django', 'pbkdf2_sha256$600000$saltsaltsalt$Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4'],
  ])('%s: %s', (_what, value) => {
    for (const name of [OTHER, 'LOG_LEVEL', 'SERVICE_URL', 'TOKEN_TTL', 'APP_NAME', ''])
      expect(classified(name, value), name).toMatchObject({ class: 'secret', certain: true });
  });

  it.each([
    'http://0.0.0.0:5000/callback',
    'https://host/a:b@c',
    'postgres://db:5432/x',
    '-----BEGIN CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----',
    'AKIA',
    'ghp_short',
    'eyJhbGciOi',
    'Server=db;Database=app;Integrated Security=true',
  ])('none by itself: %s', (value) => {
    expect(classified(OTHER, value).certain).toBe(false);
  });
});

describe('undecided: hidden, since nothing says what it is', () => {
  it.each([
    ['hex of 16', OTHER, hex(16)],
    ['hex of 20', OTHER, hex(20)],
    ['hex of 32', OTHER, hex(32)],
    ['hex of 40', OTHER, hex(40)],
    ['hex of 64', OTHER, hex(64)],
    ['hex in capitals', OTHER, hex(32).toUpperCase()],
    ['lowercase of 16', OTHER, lower(16)],
    ['lowercase of 24', OTHER, lower(24)],
    ['lowercase of 32', OTHER, lower(32)],
    ['capitals of 20', OTHER, upper(20)],
    ['capitals in groups', OTHER, upper(25).replace(/(.{5})(?=.)/g, '$1-')],
    ['both cases and digits', OTHER, base62(24)],
    ['base64', OTHER, base64(base62(32))],
    ['a UUID', OTHER, '123e4567-e89b-12d3-a456-426614174000'],
    ['a licence', 'LICENSE', 'zx82-new'],
    ['what measures a key, and is no measure', 'JWT_EXPIRATION', base62(8)],
    ['what labels a key, and is no label', 'API_KEY_NAME', base62(24)],
    ['a user and a password', OTHER, 'papyrus/Nkfe8j2x'],
    ['a user and a password that is a word', OTHER, 'papyrus/letmein'],
    ['a user and a password behind a colon', OTHER, 'papyrus:letmein'],
    ['a sentence', OTHER, 'the quick brown fox jumps over some lazy dogs'],
    [
      'words of a wallet',
      OTHER,
      'legal winner thank year wave sausage worth useful legal winner thank yellow',
    ],
    ['with commas', OTHER, 'legal,winner,thank,year,wave,sausage,worth,useful,legal,winner,thank,yellow'],
    ['signs', OTHER, 'p@55w0rd!'],
    ['a reference that is none', OTHER, '$kJ8sd7FhsK2lq0'],
    ['a URL with an opaque part', 'SERVICE_URL', `https://api.example.com/hooks/${base62(24)}`],
    ['a URL with an opaque query', 'SERVICE_URL', `https://api.example.com/x?id=${base62(24)}`],
    ['a list of which one is none of these', 'ALLOWED', `alpha,${base62(24)}`],
    ['JSON of which one leaf is none of these', 'OPTIONS', `{"name":"papyrus","id":"${base62(24)}"}`],
    ['a long number', OTHER, '4111111111111111'],
    ['nothing but blanks', OTHER, '   '],
  ])('%s', (_what, name, value) => {
    expect(classified(name, value)).toEqual({ class: 'undecided', reason: 'hidden', certain: false });
  });
});

describe('plain: the closed list of harmless forms', () => {
  it.each([
    ['a boolean', ['true', 'false', 'TRUE', 'yes', 'no', 'on', 'off', 'enabled']],
    ['a number', ['0', '1', '5000', '-1', '0.75', '1_000_000', '1e6', '0x1F', '0644']],
    [
      'a number with a unit',
      ['10MB', '512Mi', '50%', '16 GiB', '2 vCPUs'.replace(' vCPUs', ' cpus'), '100/m', '8px'],
    ],
    ['a duration', ['30s', '1h30m', '15 minutes', '7d', 'PT15M', 'P1D', '250ms']],
    ['a version', ['1.2.3', 'v20', '^4.17.21', '3.12', '1.0.0-rc.1', '8.0.36-debian']],
    ['a date', ['2024-05-01', '2024-05-01T12:00:00Z', '23:59', '01.05.2024']],
    ['a locale', ['en', 'en_US', 'de-DE', 'en_US.UTF-8', 'zh-Hans', 'C']],
    ['a time zone', ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', '+02:00']],
    ['a log level', ['info', 'DEBUG', 'warn', 'error', 'trace', 'info,sqlx=warn']],
    ['an e-mail address', ['hello@example.com', 'Papyrus <no-reply@papyrus.example.org>']],
    [
      'a host',
      [
        'localhost',
        'db',
        'db.internal',
        'cache.example.com',
        'db.internal:5432',
        'kafka-1:9092,kafka-2:9092',
        '*.example.com',
      ],
    ],
    [
      'an IP address or a CIDR',
      ['0.0.0.0', '127.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32', '0.0.0.0:8080'],
    ],
    [
      'a path',
      [
        '/var/log/app.log',
        './data',
        '../shared',
        '~/data',
        'C:\\data\\logs',
        'storage/app/public',
        'settings.yml',
      ],
    ],
    ['a MIME type', ['application/json', 'text/plain; charset=utf-8', 'image/*']],
    ['a schedule', ['0 3 * * *', '*/5 * * * *', '@daily', 'rate(5 minutes)', '0 0 12 ? * MON']],
    ['a colour', ['#fff', '#1a2b3c', 'rgb(0, 0, 0)']],
    [
      'an ARN',
      [
        'arn:aws:s3:::papyrus-assets',
        'arn:aws:iam::123456789012:role/deployer',
        'arn:aws:sns:us-west-2:123456789012:alerts',
      ],
    ],
    [
      'an image reference',
      ['nginx:1.25-alpine', 'ghcr.io/papyrus/web:v1.2.3', 'redis:latest', `busybox@sha256:${hex(64)}`],
    ],
    [
      'a module path',
      ['config.settings.production', 'App\\Models\\User', 'app.main:app', '@papyrus/web', 'crate::server'],
    ],
    [
      'a URL',
      [
        'http://0.0.0.0:5000/callback',
        'https://api.example.com/v1/users',
        'postgres://db:5432/app',
        'redis://cache:6379/0',
        'https://example.com/search?page=2&sort=name',
        'postgresql://db/app?sslmode=require',
      ],
    ],
    [
      'one to three words',
      ['production', 'Papyrus Library', 'us-east-1', 'read-only', 'The Papyrus Library'],
    ],
    [
      'a list',
      ['alpha,beta,gamma', 'GET,POST,PUT', '10.0.0.0/8,172.16.0.0/12', 'localhost, db.internal', '[1, 2, 3]'],
    ],
    ['JSON', ['{"debug":true,"level":"info"}', '["alpha","beta"]']],
    ['options', ['-Xmx512m -XX:+UseG1GC', '--max-old-space-size=4096', '--workers 2 --timeout 30']],
  ])('%s', (_what, values) => {
    for (const value of values) expect([value, classOf(OTHER, value)]).toEqual([value, 'plain']);
  });

  it('the reason is reported, without the value', () => {
    expect(classified('PORT', '5000')).toEqual({ class: 'plain', reason: 'a number', certain: false });
    expect(classified('TZ', 'Europe/Berlin').reason).toContain('time zone');
    expect(classified('ROLE', 'arn:aws:iam::123456789012:role/deployer').reason).toBe('an ARN');
  });
});

describe('plain: a name that only measures, switches, locates or labels a secret', () => {
  it.each([
    ['PASSWORD_MIN_LENGTH', '12'],
    ['PASSWORD_MAX_AGE', '90d'],
    ['TOKEN_TTL', '1h'],
    ['ACCESS_TOKEN_EXPIRE_MINUTES', '30'],
    ['JWT_EXPIRATION', '3600'],
    ['SESSION_SECRET_ROTATION', '24h'],
    ['BCRYPT_SALT_ROUNDS', '12'],
    ['API_KEY_RATE_LIMIT', '100/m'],
    ['DISABLE_AUTH_TOKEN', 'false'],
    ['PASSWORD_LOGIN_ENABLED', 'true'],
    ['REQUIRE_API_KEY', 'yes'],
    ['ALLOW_EMPTY_PASSWORD', 'no'],
    ['SECRET_KEY_FILE', '/run/secrets/key'],
    ['TOKEN_URL', 'https://login.example.com/oauth/token'],
    ['DB_PASSWORD_ARN', 'arn:aws:secretsmanager:us-west-2:123456789012:secret:db'],
    ['JWT_ALGORITHM', 'HS256'],
    ['AUTH_TOKEN_HEADER', 'X-Auth-Token'],
    ['API_KEY_NAME', 'papyrus'],
    ['TLS_KEY', '/etc/tls/key.pem'],
    ['SMTP_AUTH', 'plain'],
    ['WEBHOOK_URL', 'https://n8n.example.com/'],
  ])('%s=%s', (name, value) => {
    expect(classified(name, value)).toMatchObject({ class: 'plain', certain: false });
  });

  it.each([
    ['TOKEN_URL', `https://login.example.com/${base62(24)}`],
    ['SECRET_KEY_FILE', base62(24)],
    ['SMTP_AUTH', base62(12)],
    ['TLS_KEY', 'key-material'],
    ['SECRET_NAME', base62(24)],
  ])('not where the value is something else: %s=%s', (name, value) => {
    expect(classOf(name, value)).toBe('secret');
  });
});

describe('plain: words that only look alike, and keys that open nothing', () => {
  it.each([
    ['PASSWORDLESS', 'true'],
    ['TOKENIZER', 'basic'],
    ['SECRETARY', 'papyrus'],
    ['PASSENGER_APP_ENV', 'production'],
    ['MONKEY', 'banana'],
    ['BYPASS', 'true'],
    ['PRIMARY_KEY', 'id'],
    ['SORT_KEY', 'created'],
    ['PARTITION_KEY', 'tenant'],
    ['CACHE_KEY', 'library'],
    ['PORT', '5000'],
    ['LOG_LEVEL', 'info'],
  ])('%s=%s', (name, value) => {
    expect(classOf(name, value)).toBe('plain');
  });
});

describe('what the name says of the form of its value', () => {
  it.each([
    ['GITHUB_REPOSITORY', 'papyrus/library', OTHER],
    ['IMAGE', 'papyrus:library', OTHER],
    ['OAUTH_SCOPE', 'read:users', OTHER],
    ['GIT_COMMIT', hex(40), OTHER],
  ])('%s=%s is plain, and would not be under the name %3$s', (name, value, other) => {
    expect([classOf(name, value), classOf(other, value)]).toEqual(['plain', 'undecided']);
  });
});

it('every classification takes time in line with the length', () => {
  for (const piece of [
    'a://',
    'a:',
    '"a://b:',
    'A',
    'a ',
    'a,',
    'a-',
    'a.',
    'a/',
    'a=b,',
    'a=b ',
    '--a ',
    '{"a":',
    '[',
    '1',
    '1 ',
    '%d ',
    '*/5 ',
    '-----BEGIN ',
    'eyJ',
    'eyJaaaaaaaa.',
    'http://a',
    'http://localhost.',
    'base64:',
    '$2',
    'a@',
    'bearer ',
    '\n',
    '=',
  ]) {
    const text = piece.repeat(Math.ceil(60_000 / piece.length));
    const started = performance.now();
    classified(OTHER, text);
    classified('PASSWORD_FILE', text);
    classified(text.slice(0, 2000), 'info');
    isLocalUrl(text);
    expect(performance.now() - started, piece).toBeLessThan(1500);
  }
});
