import { humps } from './words.ts';

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

/** `PRIMARY_KEY=id`, `SORT_KEY=created`: keys of tables and queues, and the half of a pair that is made to be public. */
const KEYS_OF_DATA = setOf('FOREIGN SORT PARTITION ROUTING CACHE PUBLIC TRANSLATION');

/** English words that end like a secret's and are none. */
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

/** The word that says that a name's value is a secret, and how surely. */
export interface SecretWord {
  readonly word: string;
  /** Whether it marks a secret anywhere; others do so only at the end of the name. */
  readonly anywhere: boolean;
}

/** @returns the word of the name that says that its value is a secret. */
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

/** Names about a secret that do not hold it, and the form of their values. */
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

/** Names that explain a value which alone could be a user with a password, or a key. */
export interface Expectation {
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
