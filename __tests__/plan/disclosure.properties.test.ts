/** Over any run, and any sequence of runs: what is printed was found plain, and what was encrypted is never printed. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { classify } from '../../src/desired/classify.ts';
import type { Observed } from '../../src/plan/plan.ts';
import { planDocument } from '../../src/plan/plan-document.ts';
import { Secret } from '../../src/secret.ts';
import { leftBy, NOTHING_HIDDEN, runOf } from '../report/runs.ts';
import { runs } from '../sample.ts';

const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';

const names = fc.oneof(
  fc.constantFrom(
    'PORT',
    'LOG_LEVEL',
    'APP_KEY',
    'DB_HOST',
    'DB_PASSWORD',
    'AUTH0_DOMAIN',
    'AUTH0_CALLBACK_URL',
    'GUNICORN_BIND',
    'LICENSE',
    'PASSWORD_MIN_LENGTH',
    'TOKEN_TTL',
    'SECRET_KEY_FILE',
    'SLACK_WEBHOOK_URL',
    'clientSecret',
    'DBPASSWORD',
    'IMAGE_TAG',
  ),
  fc.stringMatching(/^[A-Z][A-Z0-9]{0,8}(?:_[A-Z]{1,8}){0,3}$/),
);

const opaque = fc.oneof(
  fc.stringMatching(/^[0-9a-f]{8,64}$/),
  fc.stringMatching(/^[A-Za-z0-9]{6,48}$/),
  fc.stringMatching(/^[A-Za-z0-9+/]{12,60}={0,2}$/),
  fc.stringMatching(/^[a-z0-9]{6,32}$/),
);
const harmless = fc.oneof(
  fc.constantFrom(
    'true',
    'info',
    '5000',
    '30s',
    'Europe/Berlin',
    '/var/log/app.log',
    'db.internal:5432',
    'a,b,c',
  ),
  fc.constantFrom('*/5 * * * *', 'application/json', 'nginx:1.25-alpine', 'hello@example.com', '10.0.0.0/8'),
  fc.integer().map(String),
);
const words = fc.array(fc.constantFrom('papyrus', 'library', 'letmein', 'blue', 'read', 'hunter2'), {
  minLength: 1,
  maxLength: 5,
});
const urls = fc
  .tuple(
    fc.constantFrom('https', 'redis', 'postgres'),
    fc.option(opaque),
    fc.oneof(opaque, fc.constant('v1')),
  )
  .map(
    ([scheme, password, step]) =>
      `${scheme}://${password === null ? '' : `u:${password}@`}api.example.com/${step}`,
  );
const values = fc.oneof(
  opaque,
  harmless,
  words.map((list) => list.join(' ')),
  urls,
  fc.tuple(harmless, opaque).map((lines) => lines.join('\n')),
  fc.tuple(opaque, fc.constantFrom(',', ';', ' ', '=', '/', ':'), harmless).map((parts) => parts.join('')),
  fc.string({ minLength: 1 }),
);

/** The value of a parameter in the document, before and after. */
function printed(run: ReturnType<typeof runOf>, name: string): string[] {
  const { changes } = planDocument(run.settings, run.plan, NOTHING_HIDDEN);
  return changes
    .filter((change) => change.name === `/papyrus/prd/${name}`)
    .flatMap(({ fields }) => fields)
    .filter(({ field }) => field === 'value')
    .flatMap(({ from, to }) => [from, to])
    .filter((value): value is string => typeof value === 'string' && value !== '***');
}

it('whatever the document of a plan shows was found plain', () => {
  fc.assert(
    fc.property(names, values, values, (name, value, before) => {
      const given = (held: string) => ({ inputs: { dotenv: JSON.stringify({ [name]: held }) } });
      const first = runOf(given(before));
      const second = runOf(given(value), leftBy(first));
      for (const shown of [...printed(first, name), ...printed(second, name)]) {
        // Rows of the table are exempt from the classification by name.
        const isRow = /^(?:AUTH0_|DB_|GUNICORN_)/.test(name);
        expect(classify(isRow ? '' : name, new Secret(shown)).class).toBe('plain');
      }
    }),
    { numRuns: runs(500) },
  );
});

const VARIABLES = ['PORT', 'LICENSE', 'SERVICE_URL'] as const;
type Name = (typeof VARIABLES)[number];
const RULES = ['none', 'parameter', 'secure-parameter', 'secret/app'] as const;

const step = fc.record({
  /** Of each variable: where it comes from in this run, if it does, and which of its values it has. */
  given: fc.record(
    Object.fromEntries(
      VARIABLES.map((name) => [
        name,
        fc.option(fc.tuple(fc.constantFrom('dotenv', 'variables', 'secrets'), fc.nat(3)), { freq: 6 }),
      ]),
    ) as Record<Name, fc.Arbitrary<[string, number] | null>>,
  ),
  rules: fc.record(
    Object.fromEntries(VARIABLES.map((name) => [name, fc.constantFrom(...RULES)])) as Record<
      Name,
      fc.Arbitrary<(typeof RULES)[number]>
    >,
  ),
  allow: fc.boolean(),
  event: fc.constantFrom('push', 'pull_request'),
  mode: fc.constantFrom('apply', 'apply', 'plan'),
});

/** Each looks harmless, belongs to one variable alone, and is no part of another text. */
const textOf = (name: Name, index: number) =>
  ({
    PORT: `7100${index}`,
    LICENSE: `library v4${index}`,
    SERVICE_URL: `https://api${index}.example.org/v1`,
  })[name];

it('what was ever encrypted is neither printed nor stored in plain, unless a rule says so with change-type', () => {
  let shown = 0;
  let kept = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 6 }), (steps) => {
      let observed: Observed = {};
      const hidden = new Map<string, Name>();
      for (const { given, rules, allow, event, mode } of steps) {
        const sources: Record<string, Record<string, string>> = { dotenv: {}, variables: {}, secrets: {} };
        for (const name of VARIABLES) {
          const [source, index] = given[name] ?? [];
          if (source !== undefined && index !== undefined)
            Object.assign(sources[source] ?? {}, { [name]: textOf(name, index) });
        }
        const listed = VARIABLES.filter((name) => rules[name] !== 'none');
        const inputs = Object.fromEntries(
          Object.entries(sources).map(([source, held]) => [
            source,
            Object.keys(held).length === 0 ? '' : JSON.stringify(held),
          ]),
        );
        const before = encryptedBy(observed);
        const run = runOf(
          {
            inputs: { ...inputs, mode, ...(allow ? { allow: 'change-type' } : {}) },
            event,
            config: `rules: [${listed.map((name) => `{ match: ${name}, to: ${rules[name]} }`).join(', ')}]`,
          },
          observed,
        );
        const left = mode === 'apply' ? leftBy(run) : {};
        const after: Observed = {
          ...observed,
          [SSM]: new Map([...(observed[SSM] ?? []), ...(left[SSM] ?? [])]),
          [SM]: new Map([...(observed[SM] ?? []), ...(left[SM] ?? [])]),
        };
        // What this run would store encrypted, or finds so, is as hidden as what existed before it.
        for (const state of [observed, after])
          for (const [name, value] of secretsOf(state)) hidden.set(value, name);
        const text = JSON.stringify(planDocument(run.settings, run.plan, NOTHING_HIDDEN));
        expect([...hidden.keys()].filter((value) => text.includes(value))).toEqual([]);
        kept = Math.max(kept, hidden.size);
        for (const name of VARIABLES) if (printed(run, name).length > 0) shown += 1;
        for (const name of VARIABLES) {
          const isPlain = typeOf(after, name) === 'String' && typeOf(observed, name) !== 'String';
          if (!isPlain || !before.has(name)) continue;
          expect(rules[name]).toBe('parameter');
          if (typeOf(observed, name) === 'SecureString') expect(allow).toBe(true);
        }
        // From here on it is plain, by the user's word.
        for (const [value, name] of hidden)
          if (typeOf(after, name) === 'String' && !encryptedBy(after).has(name)) hidden.delete(value);
        observed = after;
      }
    }),
    { numRuns: runs(400) },
  );
  // Both happen, or the property would hold of nothing.
  expect([shown > runs(100), kept > 2]).toEqual([true, true]);
});

function typeOf(observed: Observed, name: string): unknown {
  const spec = observed[SSM]?.get(`/papyrus/prd/${name}`);
  return spec !== undefined && 'fields' in spec ? spec.fields.type : undefined;
}

/** @returns variables that are stored encrypted, with their values. */
function secretsOf(observed: Observed): Array<readonly [Name, string]> {
  return VARIABLES.flatMap((name) => {
    const parameter = observed[SSM]?.get(`/papyrus/prd/${name}`);
    const bundle = observed[SM]?.get('papyrus/prd/app');
    const held = [
      parameter !== undefined && 'fields' in parameter && parameter.fields.type === 'SecureString'
        ? parameter.fields.value
        : undefined,
      bundle !== undefined && 'fields' in bundle ? bundle.fields[`key:${name}`] : undefined,
    ];
    return held.flatMap((value) => (value instanceof Secret ? [[name, value.reveal()] as const] : []));
  });
}

const encryptedBy = (observed: Observed) => new Set<string>(secretsOf(observed).map(([name]) => name));
