import type { Secret } from '../secret.ts';
import { type IsPlain, isPlaceForm, plainForm } from './plain-forms.ts';
import { isMeasure, isSwitch } from './plain-values.ts';
import { type Classification, UNDECIDED } from './routing.ts';
import { secretForm } from './secret-forms.ts';
import { type Aspect, aspectsOf, type SecretWord, secretWord, wordsOf } from './words.ts';

/**
 * Classifies a variable by its name and its value alone. Fails safe: only what is evidently harmless is plain.
 *
 *     value                          | name                                      | class
 *     -------------------------------+-------------------------------------------+----------
 *     certainly a secret             | any                                       | secret
 *     fits what the name is about    | measures, switches, locates or labels one | plain
 *     anything else                  | says that it is a secret                  | secret
 *     in the closed list of forms    | says nothing                              | plain
 *     anything else                  | says nothing                              | undecided
 */
export function classify(name: string, value: Secret): Classification {
  return value.classifiedBy((text) => classifyText(wordsOf(name), text));
}

function classifyText(words: readonly string[], value: string, depth = 0): Classification {
  const form = secretForm(value);
  if (form !== undefined) return { class: 'secret', reason: `its value is ${form}`, certain: true };
  const said = secretWord(words);
  if (said !== undefined) {
    const aspect = aspectThatFits(words, value, said, partsOf(depth));
    return aspect === undefined
      ? { class: 'secret', reason: `its name says ${said.word}`, certain: false }
      : { class: 'plain', reason: `${WORDING[aspect]} ${said.word}`, certain: false };
  }
  const plain = plainForm(value, words, partsOf(depth));
  return plain === undefined ? UNDECIDED : { class: 'plain', reason: plain, certain: false };
}

/** Nobody writes deeper parts by hand. */
const DEEPEST = 3;

const partsOf =
  (depth: number): IsPlain =>
  (name, value) =>
    depth < DEEPEST && classifyText(wordsOf(name), value, depth + 1).class === 'plain';

const WORDING: Readonly<Record<Aspect, string>> = {
  measure: 'it measures the',
  switch: 'it switches the',
  place: 'it says where to find the',
  label: 'it labels the',
};

/** `TLS_KEY=/etc/tls/key.pem`: the file of a key, not the key. */
const KEY_FILE = /^\/(?:[\w.-]+\/)+[\w.-]+\.(?:pem|key|p12|pfx|jks|crt|json|pub|asc|der)$/;
/** The choices of `SMTP_AUTH` and similar names. */
const AUTH_METHOD =
  /^(?:plain|login|cram[-_]md5|digest[-_]md5|ntlm|none|basic|bearer|oauth2?|xoauth2|oidc|saml|ldap|jwt|scram-sha-\d+|trust|peer|iam)$/i;

const ORIGIN = /^https?:\/\/[^/?#@\s]+\/?$/i;

/** `PASSWORD_MIN_LENGTH=12` only measures a password; with `hunter2` as its value it would be one. */
function aspectThatFits(
  words: readonly string[],
  value: string,
  said: SecretWord,
  isPlain: IsPlain,
): Aspect | undefined {
  const aspects = aspectsOf(words);
  if (/^(?:KEY|CREDENTIALS?)$/.test(said.word) && KEY_FILE.test(value)) return 'place';
  if (said.word === 'AUTH' && (isSwitch(value) || AUTH_METHOD.test(value))) return 'switch';
  if (aspects.has('measure') && isMeasure(value)) return 'measure';
  if (aspects.has('switch') && isSwitch(value)) return 'switch';
  // The part after its host is secret, even if it reads as a word.
  if (said.word === 'WEBHOOK_URL' && !ORIGIN.test(value)) return undefined;
  if (!aspects.has('place') && !aspects.has('label')) return undefined;
  const form = plainForm(value, words, isPlain);
  if (form === undefined) return undefined;
  if (aspects.has('label')) return 'label';
  return isPlaceForm(form) || form === 'words' ? 'place' : undefined;
}
