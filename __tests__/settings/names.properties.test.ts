import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../../src/registry/errors.ts';
import { isTag, parseReference } from '../../src/registry/reference.ts';
import { repositoryNameFault } from '../../src/settings/application.ts';
import {
  imageTagFault,
  parameterNameFault,
  prefixFault,
  secretNameFault,
} from '../../src/settings/limits.ts';
import { runs } from '../sample.ts';

const component = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9]{1,4}$/),
    fc.array(fc.tuple(fc.constantFrom('.', '_', '-'), fc.stringMatching(/^[a-z0-9]{1,3}$/)), {
      maxLength: 2,
    }),
  )
  .map(([first, rest]) => first + rest.map(([sign, more]) => sign + more).join(''));
const path = fc
  .array(component, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'))
  .filter((name) => name.length >= 2);
/** No name of a repository, host or image has it anywhere. */
const illegal = fc.constantFrom(
  ' ',
  '\n',
  '\0',
  'Ä',
  '*',
  '?',
  '$',
  '{',
  '"',
  '\\',
  '\u200b',
  '%',
  '&',
  '<',
  '`',
);
const splice = (text: string, at: number, sign: string) => {
  const place = at % (text.length + 1);
  return text.slice(0, place) + sign + text.slice(place);
};
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '/',
        '..',
        '.',
        '-',
        '_',
        'aws',
        'ssm',
        'papyrus',
        ':',
        '@',
        'oci:',
        'docker:',
        'sha256:',
        '{',
        ' ',
        'Ä',
        '\n',
        '\0',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

describe('names', () => {
  it('of a repository: what is built by the grammar is one, and no other sign is legal', () => {
    fc.assert(
      fc.property(path, fc.nat(), illegal, (name, at, sign) => {
        expect(repositoryNameFault(name)).toBeUndefined();
        expect(repositoryNameFault(splice(name, at, sign))).toBeDefined();
        expect(repositoryNameFault(`${name}/`)).toBeDefined();
        expect(repositoryNameFault(name.replace(/[a-z]|$/, 'A'))).toBeDefined();
      }),
      { numRuns: runs(1000) },
    );
  });

  it('of a tag: the settings and the registry know one grammar', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          fc.stringMatching(/^[\w.-]{0,130}$/),
          fc.integer({ min: 126, max: 130 }).map((length) => 'a'.repeat(length)),
        ),
        (text) => {
          expect(imageTagFault(text) === undefined).toBe(isTag(text));
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  it('of a prefix: one that is taken gives every variable a legal parameter, and every bundle a legal secret', () => {
    const prefix = fc.oneof(
      nearly,
      fc
        .array(fc.stringMatching(/^[A-Za-z0-9_.-]{0,6}$/), { maxLength: 16 })
        .map((parts) => `/${parts.join('/')}`),
    );
    fc.assert(
      fc.property(prefix, fc.stringMatching(/^[A-Za-z_]\w{0,9}$/), (given, name) => {
        if (prefixFault(given) !== undefined) return;
        const full = `${given}/${name}`;
        expect(parameterNameFault(full)).toBeUndefined();
        // By the words of Parameter Store's documentation, not by ours.
        expect(full).toMatch(/^(?:\/[a-zA-Z0-9_.-]+){3,15}$/);
        expect(full).not.toMatch(/^\/(?:aws|ssm)|\/\.+(?:\/|$)/i);
        expect(secretNameFault(`${given.slice(1)}/db`)).toBeUndefined();
      }),
      { numRuns: runs(3000) },
    );
  });
});

describe('the input image', () => {
  const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,9}$/), { nil: undefined });
  const host = fc.constantFrom(
    undefined,
    'localhost',
    'localhost:5000',
    'ghcr.io',
    '123456789012.dkr.ecr.us-west-2.amazonaws.com',
  );

  it('is read as it is built, and is refused with any other sign in it', () => {
    fc.assert(
      fc.property(
        host,
        path,
        tag,
        fc.boolean(),
        fc.nat(),
        illegal,
        (registry, name, its, isPrefixed, at, sign) => {
          fc.pre(!/^[0-9a-f]{12,64}$/.test(name));
          // A dot in the first of several parts makes it a host, as Docker has it.
          fc.pre(registry !== undefined || !/^[^/]*\.[^/]*\//.test(name));
          const built = `${registry === undefined ? '' : `${registry}/`}${name}${its === undefined ? '' : `:${its}`}`;
          const text = isPrefixed ? `docker:${built}` : built;
          // The word of a transport in front is that transport.
          fc.pre(isPrefixed || !/^(?:docker|oci|oci-archive|docker-archive):/.test(built));
          expect(parseReference(text)).toEqual({ transport: 'docker', name: built, tag: its ?? 'latest' });
          const broken = splice(text, at, sign);
          fc.pre(broken.trim() !== text);
          expect(() => parseReference(broken)).toThrow(ImageError);
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  it('whatever it is, is a reference or one of our refusals, and a pasted key is not repeated', () => {
    const key = fc.stringMatching(/^[A-Z]{3}[0-9]{6}[A-Z]{3}$/);
    fc.assert(
      fc.property(nearly, key, nearly, fc.boolean(), (before, pasted, after, inFront) => {
        const text = inFront ? `${pasted}${before}${after}` : `${before}${pasted}${after}`;
        try {
          const found = parseReference(text);
          const given = found.transport === 'docker' ? found.name : `${found.transport}:${found.path}`;
          expect(text.trim()).toContain(given);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
          expect(String(error)).not.toContain(pasted);
        }
      }),
      { numRuns: runs(3000) },
    );
  });
});
