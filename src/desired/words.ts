import { LETTERS, SEQUENCES } from './word-shapes.ts';

/**
 * Whether a text is made of words, as names of things are, or of letters and digits without a pattern, as keys are.
 * A word is spelled like an English one, sequence by sequence, or it is one of the field's own.
 */

/** Names and abbreviations of the field that are not spelled like words, and the letters beside their numbers. */
const FIELD = new Set(
  `a an as at by id in is it no of on or to up we us db go js ts py ui ux qa os ip io ai ml ci cd ap eu sa af ca
  ad me s3 x y z v n k8s k3s i18n l10n a11y x86 x64 h2 h2c h264 h265 e2e b2b b2c p95 p99 oauth2 oauth oidc saml jwt jwks jws
  jwe mfa otp totp sso ldap ldaps rbac acl csrf xsrf cors csp hsts xss dkim spf dmarc ssl tls mtls ssh sftp ftp ftps scp
  http https ws wss grpc tcp udp quic dns dhcp nat vpc vpn cidr ipv4 ipv6 lan wan cdn waf alb nlb elb ec2 ecs eks ecr rds sqs
  sns ses ssm kms iam sts arn aws gcp gcs gke azure aks s3a efs ebs ddb msk emr mq mqtt amqp amqps stomp kafka nats redis rediss
  valkey memcached mysql mysqli mariadb postgres postgresql psql pgsql pg sqlite sqlite3 mssql sqlserver oracle mongo mongodb
  couchdb neo4j cassandra clickhouse elasticsearch opensearch solr meilisearch algolia typesense influxdb prometheus grafana loki
  jaeger zipkin otel otlp opentelemetry statsd datadog sentry syslog journald logfmt json jsonl json5 yaml yml toml xml csv tsv
  html css scss sass svg png jpg jpeg gif webp avif bmp ico pdf docx xlsx pptx md txt log logs conf cfg ini env dotenv lock pem crt cer csr
  p12 pfx jks der pub asc gpg pgp rsa dsa ecdsa ed25519 eddsa hmac sha sha1 sha2 sha256 sha384 sha512 md5 hs256 hs384 hs512 rs256
  rs384 rs512 es256 es384 es512 ps256 aes aes128 aes192 aes256 cbc gcm chacha20 poly1305 bcrypt scrypt argon2 argon2i argon2id pbkdf2 crc32 base64
  utf8 utf16 utf8mb4 utf latin1 latin ascii iso unicode ci bin gz gzip bz2 xz zst zstd brotli br zip tar tgz rar deflate snappy lz4
  js mjs cjs jsx tsx vue php rb rs py pyc java jar war go cpp hpp cs sh bash zsh ps1 bat cmd exe dll so wasm sql db sock pid tmp
  npm npx pnpm yarn deno bun node nodejs nextjs next nuxt vite vitest webpack rollup esbuild swc babel eslint jest mocha
  php5 php8 laravel symfony phpunit phpmyadmin adminer composer rails rake puma sidekiq resque unicorn gunicorn uvicorn uwsgi wsgi asgi
  flask django fastapi celery daphne gevent gthread eventlet jvm jdk jre jdbc jpa jms jndi hikari hibernate tomcat jetty netty
  spring springframework quarkus micronaut kotlin scala akka dotnet aspnet aspnetcore netcore csharp nuget kestrel
  rustls tokio axum actix serde elixir erlang phoenix ecto beam mix otp postgrex ubuntu debian alpine bookworm bullseye buster
  jammy focal noble centos rhel fedora linux darwin windows win32 macos amd64 arm64 armv7 riscv nginx httpd apache caddy traefik haproxy envoy
  istio linkerd consul vault nomad etcd zookeeper kubernetes kube kubectl kubelet helm kustomize argocd argo flux crossplane
  docker dockerd dockerfile podman buildah buildkit buildx containerd oci ghcr quay gitlab github gitea forgejo bitbucket codeberg
  jenkins travis circleci mailhog mailpit mailgun mailchimp sendgrid sendmail postmark postfix smtp smtps imap imaps pop3 starttls
  gmail outlook yahoo icloud webmail localhost localdomain hostname subdomain domain fqdn url urls uri uris api apis sdk cli
  gui app apps cms crm erp etl sla kpi ttl rps qps rpm tps ms sec min max avg num idx len str int bool uuid guid ulid
  prd prod stg stag dev devel test qa uat sit preprod sandbox demo ci local global default main master trunk head latest stable beta alpha
  rc lts edge nightly canary blue green staging production development testing live preview tmp temp var usr etc opt srv mnt lib bin
  sbin proc dev src dist build www web webapp admin auth login logout signin signup callback redirect webhook webhooks
  queue topic stream bucket table index cache session cookie worker workers server servers service services backend frontend gateway
  proxy router cluster nodes shard replica replicas primary secondary reader writer readonly public private internal external
  asset assets static media upload uploads download downloads image images img video audio file files data backup backups
  archive export import report reports event events metric metrics trace traces health healthz readyz livez ping status info warn
  debug error fatal verbose silent notice critical stdout stderr stdin devnull async sync lax strict samesite httponly
  monday jan feb mar apr jun jul aug sep oct nov dec utc gmt est pst cet cest jst ist bst aest mst cst edt pdt tz
  usd eur gbp jpy chf cny inr kr de en fr es it pt nl sv da nb fi pl cs sk hu ro bg el tr ru uk ja zh ko ar he hi th vi
  north south east west central northeast southeast northwest southwest region zone europe asia america africa
  gp2 gp3 io1 io2 st1 sc1 t2 t3 t3a t4g m5 m5a m6g m6i m7g c5 c6g c7g r5 r6g nano micro small medium large xlarge 2xlarge 4xlarge
  papyrus nextcloud wordpress woocommerce mastodon matrix synapse keycloak authelia authentik vaultwarden bitwarden n8n
  immich jellyfin plex sonarr radarr paperless plausible umami matomo ghost directus strapi supabase hasura postgrest kong
  minio ceph rook longhorn nfs smb cifs xfs ext4 tmpfs overlay overlay2 vfs aufs btrfs zfs fuse whisper gpt gpt4 gpt4o llm claude
  gemini mistral llama llama3 ollama openai anthropic huggingface embedding embeddings rag tokenizer cuda gpu cpu mps ram ssd hdd
  stripe paypal twilio slack discord telegram whatsapp signal zoom jira confluence notion airtable hubspot salesforce zendesk
  auth0 okta cognito firebase firestore pubsub bigquery snowflake redshift athena airflow dbt spark hadoop hdfs hive
  starlette sqlalchemy psycopg psycopg2 asyncpg aiohttp httpx requests numpy pandas pytest mypy ruff isort
  rabbitmq sqs activemq celerybeat cron crontab systemd initd supervisord journald logrotate fluentd fluentbit vector
  gethost mkdir chmod chown uid gid umask src dst rtmp rtsp hls dash webrtc turn stun sip rtp vlan mtu
  ltd inc llc gmbh gw authz authn mmap epmd dhparam dhparams my jgroups chaos fine grained graphql hjson toml nf4 int4 int8 fp16 fp32 bf16 b3 w3c xray
  eth0 lo iface ens3 g1 gc zgc jmx rmi apm ecs log4j slf4j logback ansi ok tty pty utc0 cn ou dc uid objectclass sasl gssapi
  protobuf net color colour sqlx kafka plaintext xterm vim
  the and or not for with from your you our we will be are was this that can may has have all any new more out off over under about
  pm iphone ipad ios htpasswd lm minilm vec
  nan inf nil null none void true false yes no on off ok tls1 tls12 tls13 ssl3 tlsv1 b64 hex raw pkcs8 pkcs1 x509 spki asn1 cert certs`
    .replaceAll('\n  ', ' ')
    .split(' '),
);

const bits = Buffer.from(SEQUENCES, 'base64');
const BASE = LETTERS.length;

/** Longer than almost every word; letters that run on are several words, or none. */
const LONGEST_WORD = 18;

/** @returns whether lower-case letters are spelled as English words are. */
function isSpelled(letters: string): boolean {
  if (letters.length < 3 || letters.length > LONGEST_WORD) return false;
  let a = 0;
  let b = letters.charCodeAt(0) - 96;
  for (let at = 1; at <= letters.length; at++) {
    const c = at === letters.length ? 0 : letters.charCodeAt(at) - 96;
    const index = (a * BASE + b) * BASE + c;
    if (((bits[index >> 3] ?? 0) & (1 << (index & 7))) === 0) return false;
    [a, b] = [b, c];
  }
  return true;
}

/** `pgaudit`, `webpackloader`: words run together, each long enough to exclude chance; three only with one of the field's. */
function isCompound(letters: string): boolean {
  if (letters.length < 6 || letters.length > 2 * LONGEST_WORD) return false;
  const isPart = (part: string) => FIELD.has(part) || (part.length >= 4 && isSpelled(part));
  const areParts = (parts: readonly string[]) => parts.every(isPart) && parts.some((part) => FIELD.has(part));
  for (let at = 2; at <= letters.length - 2; at++) {
    if (!isPart(letters.slice(0, at))) continue;
    const rest = letters.slice(at);
    if (isPart(rest)) return true;
    if (letters.length < 12) continue;
    for (let next = 4; next <= rest.length - 4; next++)
      if (areParts([letters.slice(0, at), rest.slice(0, next), rest.slice(next)])) return true;
  }
  return false;
}

/** @returns whether the word is in the list of the field. */
export function isFieldWord(word: string): boolean {
  return FIELD.has(word.toLowerCase());
}

/**
 * @returns whether letters, in any case, are a word. Letters of other scripts count as one: no generator of keys
 * writes them.
 */
function isWord(letters: string): boolean {
  const lower = letters.toLowerCase();
  if (FIELD.has(lower)) return true;
  if (/^[a-z]+$/.test(lower)) return isSpelled(lower) || isCompound(lower);
  return letters.length <= 2 * LONGEST_WORD && /^\p{L}+$/u.test(letters) && !/^[a-z]+$/i.test(letters);
}

/** `readOnlyURLPath` → `read`, `Only`, `URL`, `Path`: a hump begins a word, and so does the last capital of several. */
function humps(text: string): string[] {
  // Almost every name is one; the patterns for letters of all scripts are slow to compile.
  if (/^[A-Z]*[a-z0-9]*$/.test(text) && !/[A-Z]{2}[a-z]/.test(text)) return [text];
  return text
    .replace(/(\p{Ll}|\d)(?=\p{Lu})/gu, '$1\u0000')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1\u0000')
    .split('\u0000');
}

/** With more words outside the list of the field, it is a passphrase rather than a name. */
const MOST_WORDS = 3;
const MOST_PIECES = 12;

/**
 * @param text pieces between white space and `_ - . / : + , @ ' &`
 * @returns whether every piece is a word, a short number, or a word of the field with a number, and no more than three
 * of them are words that only a language knows
 */
export function isReadable(text: string, most = MOST_WORDS): boolean {
  const pieces = text
    .replace(/[!?.]$/, '')
    .replace(/\(([^()]*)\)/g, ' $1 ')
    .split(/[\s_\-./:+,@'’&–—]+/)
    .filter((piece) => piece !== '');
  if (pieces.length === 0 || pieces.length > MOST_PIECES) return false;
  let words = 0;
  let known = 0;
  let numbers = 0;
  for (const piece of pieces) {
    if (/^(?:\d{1,6}|(?:19|20)\d{2}[01]\d[0-3]\d|[A-Za-z])$/.test(piece)) {
      numbers += 1;
      continue;
    }
    const parts = isFieldWord(piece) || isFieldNumber(piece) || isWord(piece) ? [piece] : humps(piece);
    // Random letters in both cases have many humps of two, some of which are words.
    if (parts.length > 1 && parts.filter((part) => part.length <= 2).length > 1) return false;
    for (const part of parts)
      if (isFieldWord(part)) known += 1;
      else if (isFieldNumber(part)) numbers += 1;
      else if (pieces.length > 1 && isNumberedWord(part)) words += 1;
      else if (isWord(part)) words += 1;
      else return false;
  }
  return words <= most && numbers <= words + known + 1 && (pieces.length === 1 || words + known > 0);
}

/** `Lite2` of a name of several words; alone it could be a password. */
function isNumberedWord(part: string): boolean {
  const letters = /^([A-Za-z]{3,})\d{1,2}$/.exec(part)?.[1];
  return letters !== undefined && isWord(letters);
}

/** `node1`, `v2`, `2x`, `30d`: a word of the field with up to four digits. */
function isFieldNumber(piece: string): boolean {
  const found = /^(\d{0,4})([a-z]+)(\d{0,4})$/i.exec(piece);
  if (found === null) return false;
  const [, before = '', letters = '', after = ''] = found;
  return (
    (before === '') !== (after === '') &&
    (isFieldWord(letters) || /^(?:[vwxhdsmbkgo]|st|nd|rd|th)$/i.test(letters))
  );
}

const setOf = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words that mark a secret value anywhere in a name. */
const SAYS_SECRET = setOf(
  'PASSWORD PASSWORDS PASSWD PASSPHRASE PASSCODE PASS PASSES PWD PW SECRET SECRETS TOKEN TOKENS CREDENTIAL CREDENTIALS CREDS APIKEY APIKEYS APITOKEN HMAC PEPPER MNEMONIC BEARER AUTHORIZATION KENNWORT PASSWORT CONTRASENA',
);

/** Words that mark a secret only at the end of a name: `SIGNING_KEY`, not `KEY_PREFIX`. */
const SAYS_SECRET_AS_HEAD = setOf(
  'KEY KEYS SALT SALTS AUTH PIN PINCODE OTP SEED IV NONCE JWT SIGNATURE CODES WEBHOOK WEBHOOKS KEYFILE',
);

/** Suffixes that do not change the meaning of a name: `SECRET_KEY_BASE`, `API_KEY_2`, `APP_KEY_PRODUCTION`. */
const QUALIFIERS = setOf(
  'BASE VALUE STRING TEXT DATA RAW B64 BASE64 HEX PEM JSON OLD NEW PREVIOUS CURRENT NEXT PRIMARY SECONDARY BACKUP MAIN PROD PRODUCTION PRD STAGING STG DEV DEVELOPMENT TEST LIVE LOCAL DEFAULT A B',
);

/** `PRIMARY_KEY=id`, `SORT_KEY=created`: keys of tables and queues, and the public half of a pair. */
const KEYS_OF_DATA = setOf('FOREIGN SORT PARTITION ROUTING CACHE PUBLIC TRANSLATION');

/** English words that end like the name of a secret. */
const ENDS_ALIKE =
  /^(?:BY|COM|TRES|SUR|OVER|UNDER)PASS$|^(?:MON|TUR|DON|HOC|JOC|WHIS|HOT|LATCH|FLUN|LAC|KEY)KEYS?$|^(?:BA|COBA)SALTS?$|^PUBKEYS?$|^SECRETARY$/;

/** `DBPASSWORD`, `smtppass`, `MYSQLPWD`, `secretkey`: run together, a name ends in its head. */
const RUN_TOGETHER =
  /(?:PASSWORD|PASSWORDS|PASSWD|PASSPHRASE|PASSCODE|PASS|PWD|PW|SECRET|SECRETS|TOKEN|APIKEY|ACCESSKEY|SECRETKEY|PRIVATEKEY|SIGNINGKEY|ENCRYPTIONKEY|MASTERKEY|AUTHKEY|LICENSEKEY|CREDENTIAL|CREDENTIALS|SALT|KEY)$/;

/** @returns the words of a name in capitals: split at `_ - . : /`, white space and camelCase humps. */
export function wordsOf(name: string): string[] {
  return name
    .split(/[_\-.:/\s]+/)
    .flatMap(humps)
    .map((word) => word.toUpperCase())
    .filter((word) => word !== '');
}

/** The word of a name that marks its value as a secret. */
export interface SecretWord {
  readonly word: string;
  /** Whether it marks a secret anywhere; others do so only at the end of the name. */
  readonly anywhere: boolean;
}

/** @returns the word of the name that marks its value as a secret. */
export function secretWord(words: readonly string[]): SecretWord | undefined {
  const joined = `_${words.join('_')}_`;
  if (joined.includes('_WEBHOOK_URL_') || joined.includes('_WEBHOOK_URI_'))
    return { word: 'WEBHOOK_URL', anywhere: false };
  const plainly = words.find((word) => SAYS_SECRET.has(word));
  if (plainly !== undefined) return { word: plainly, anywhere: true };
  const head = headOf(words);
  for (const word of words) {
    if (word.length < 5 || SAYS_SECRET_AS_HEAD.has(word) || ENDS_ALIKE.test(word)) continue;
    const found = RUN_TOGETHER.exec(word)?.[0];
    const anywhere = found !== 'KEY' && found !== 'SALT';
    if (found !== undefined && (anywhere || word === head)) return { word: found, anywhere };
  }
  if (head === undefined || !SAYS_SECRET_AS_HEAD.has(head)) return undefined;
  const before = words[words.lastIndexOf(head) - 1];
  // `ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY` is no column of a table.
  const isOfData =
    before === 'PRIMARY' ? words.length === 2 : before !== undefined && KEYS_OF_DATA.has(before);
  if (/^KEYS?$/.test(head) && isOfData) return undefined;
  return { word: head, anywhere: false };
}

/** @returns the word that the name is about: the last one that is no qualifier and no number. */
function headOf(words: readonly string[]): string | undefined {
  return words.findLast((word) => !QUALIFIERS.has(word) && !/^\d+$/.test(word)) ?? words.at(-1);
}

/** Purposes of names about a secret whose value is not the secret. */
export type Aspect = 'measure' | 'switch' | 'place' | 'label';

const MEASURES = setOf(
  'LENGTH LEN MIN MAX MINIMUM MAXIMUM SIZE BYTES BITS COUNT LIMIT LIMITS QUOTA TTL AGE MAXAGE EXPIRY EXPIRE EXPIRES EXPIRATION EXP LIFETIME LIFESPAN VALIDITY DURATION INTERVAL PERIOD TIMEOUT DELAY LEEWAY SKEW WINDOW MS SEC SECS SECONDS MINUTES HOURS DAYS WEEKS MONTHS ROUNDS ITERATIONS COST STRENGTH ATTEMPTS RETRIES HISTORY ROTATION THRESHOLD RATE VERSION PORT DIGITS STEP TIME IN AFTER',
);
const SWITCHES_BEFORE = setOf(
  'ENABLE ENABLED DISABLE DISABLED USE USES ALLOW REQUIRE REQUIRES FORCE SKIP NO HAS IS WITH PASS SET SEND LOG SHOW HIDE VALIDATE VERIFY CHECK STORE SAVE ROTATE GENERATE AUTO REVOKE DROP IGNORE',
);
const SWITCHES_AFTER = setOf(
  'ENABLED ENABLE DISABLED REQUIRED ALLOWED FORCED ROTATION CHECK VALIDATION VERIFICATION RESET GRANT LOGIN CACHING CACHE REFRESH MASKING REUSE UPPERCASE LOWERCASE NUMBERS SYMBOLS RECOVERY STRATEGY DETECTION SCANNING PARALLELISM',
);
const PLACES = setOf(
  'REALM FILE FILENAME PATH DIR DIRECTORY FOLDER LOCATION URL URI URLS URIS ENDPOINT HOST HOSTNAME SERVER DOMAIN ARN PREFIX SUFFIX BUCKET MOUNT STORE VAULT ROUTE BASEURL LIST WHITELIST ALLOWLIST',
);
const LABELS = setOf(
  'NAME NAMES USERS REALM TYPE ALGORITHM ALG ALGO HASHER HASHERS ALGORITHMS METHOD METHODS FORMAT ENCODING HEADER HEADERS FIELD CLAIM ISSUER ISS AUDIENCE AUD SCOPE SCOPES PROVIDER BACKEND DRIVER ENGINE MODE POLICY CLASS KIND GROUP PROJECT REGION MANAGER SERVICE USER USERNAME OWNER ROLE SUBJECT TITLE LABEL CURVE CIPHER LOCATION PARAM PARAMETER ATTRIBUTE COLUMN INDEX BUNDLE REF VALIDATORS HINT STRATEGY SOURCE VERSION SITE SAMESITE COOKIE',
);

/**
 * @returns the purpose of a name that only measures, switches, locates or labels a secret: `PASSWORD_MIN_LENGTH`,
 * `DISABLE_AUTH_TOKEN`, `SECRET_KEY_FILE`, `JWT_ALGORITHM`
 */
export function aspectsOf(words: readonly string[]): ReadonlySet<Aspect> {
  const aspects = new Set<Aspect>();
  const last = words.findLast((word) => !/^\d+$/.test(word)) ?? '';
  const first = words[0] ?? '';
  if (words.length < 2) return aspects;
  if (MEASURES.has(last)) aspects.add('measure');
  if (words.slice(0, -1).some((word) => SWITCHES_BEFORE.has(word)) || SWITCHES_AFTER.has(last))
    aspects.add('switch');
  if (PLACES.has(last)) aspects.add('place');
  if (LABELS.has(last)) aspects.add('label');
  if (/^(?:MIN|MAX)$/.test(first) || words.includes('MIN') || words.includes('MAX')) aspects.add('measure');
  return aspects;
}

const PATHS = setOf(
  'PATH PATHS DIR DIRS DIRECTORY FILE FILES FOLDER PREFIX ROUTE ROOT PROJECT REPO REPOS REPOSITORY SLUG NAMESPACE TOPIC GROUP MOUNT VOLUME LOCATION MODEL MODULE PACKAGE ACTION WORKFLOW BRANCH REF PROTOCOL BACKEND TRANSPORT',
);
const IMAGES = setOf('IMAGE IMAGES TAG CONTAINER');
const PAIRED = setOf(
  'SCOPE SCOPES TAGS LABELS CONNECTION DEBUG MAP MAPPING MAPPINGS PERMISSIONS LISTENER LISTENERS EVENTS CHANNELS COMMAND TASK TARGET GOAL FORMAT',
);
const COMMITS = setOf('TAG COMMIT SHA REV REVISION RELEASE BUILD VERSION');

/** Forms that could be a user with a password, or a key, and that the name explains. */
interface Expectation {
  /** Words with a slash between. */
  readonly path: boolean;
  /** A name and a word behind a colon. */
  readonly image: boolean;
  /** Words with a colon between, as scopes have. */
  readonly pairs: boolean;
  /** A commit's hash. */
  readonly commit: boolean;
}

/** @returns the forms that a name allows for its value */
export function expectationOf(named: readonly string[]): Expectation {
  const says = (known: ReadonlySet<string>) => named.some((word) => known.has(word));
  return { path: says(PATHS), image: says(IMAGES), pairs: says(PAIRED), commit: says(COMMITS) };
}
