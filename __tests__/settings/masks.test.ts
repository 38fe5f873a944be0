import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { Masks, maskingOf } from '../../src/settings/masks.ts';

const TEXTS = ['/papyrus/prd', 'us-west-2', '/ecs/papyrus', 'papyrus'];
const ACCOUNT = '123456789012';
const of = (value: string, account: string | undefined = ACCOUNT) => {
  const masking = maskingOf(new Secret(value), { texts: TEXTS, account });
  return { ...masking, hide: masking.hide.map((line) => line.reveal()) };
};

describe('hides', () => {
  it.each<[what: string, value: string, hidden: string[]]>([
    ['a value', 'hunter2!', ['hunter2!']],
    ['one of four characters', 'abcd', ['abcd']],
    ['four characters that are eight code units', '😀😀😀😀', ['😀😀😀😀']],
    ['without the space around it, which the runner drops too', '  hunter2!  ', ['hunter2!']],
    [
      'each line',
      'first line\nsecond line\r\nthird line\rlast',
      ['first line', 'second line', 'third line', 'last'],
    ],
    ['a line once', 'same\nsame', ['same']],
    ['lines of a key, and no bracket', '{\n  "a": "bcdef"\n}', ['"a": "bcdef"']],
    ['a URL with a password', 'postgres://u:s3cr3t@db:5432/x', ['postgres://u:s3cr3t@db:5432/x', 's3cr3t']],
    ['a long number', '987654', ['987654']],
    ['what holds a readable name', 'papyrus-secret', ['papyrus-secret']],
    ['a word that holds true', 'trueish', ['trueish']],
    ['a password that begins as a name to fill in does', '$ecret99', ['$ecret99']],
  ])('%s', (_what, value, hidden) => {
    expect(of(value)).toMatchObject({ hide: hidden, refused: undefined, waiting: [] });
  });
});

describe('leaves readable, and says why', () => {
  it.each([
    ['', undefined],
    ['abc', /shorter than 4/],
    ['a', /shorter than 4/],
    ['😀😀', /shorter than 4/],
    ['true', /placeholder/],
    ['FALSE', /placeholder/],
    ['None', /placeholder/],
    ['null', /placeholder/],
    ['disabled', /placeholder/],
    ['changeme', /placeholder/],
    ['change-me-in-production', /placeholder/],
    ['<your token>', /placeholder/],
    ['5432', /small number/],
    ['65535', /small number/],
    ['papyrus', /this run/],
    ['/papyrus/prd', /this run/],
    ['us-west', /this run/],
    ['123456789012', /account id/],
    ['345678', /account id/],
  ])('%j', (value, why) => {
    const { hide, refused } = of(value);
    expect(hide).toEqual([]);
    if (why === undefined) expect(refused).toBeUndefined();
    else expect(refused).toMatch(why);
  });

  it('a password in a URL that is a readable name', () => {
    expect(of('postgres://papyrus:papyrus@db/x').hide).toEqual(['postgres://papyrus:papyrus@db/x']);
  });
});

describe('over a run', () => {
  it('digits wait for the account', () => {
    const hidden: string[] = [];
    const masks = new Masks((text) => hidden.push(text), TEXTS);
    expect(masks.hide(new Secret('345678'), 'PIN')).toBeUndefined();
    expect(masks.hide(new Secret('999999'))).toBeUndefined();
    expect(hidden).toEqual([]);
    expect([...masks.setAccount(ACCOUNT)]).toEqual([['PIN', expect.stringContaining('account id')]]);
    expect(hidden).toEqual(['999999']);
    masks.hide(new Secret('888888'));
    expect(hidden).toEqual(['999999', '888888']);
  });

  it('what is no number does not wait', () => {
    const hidden: string[] = [];
    const masks = new Masks((text) => hidden.push(text), TEXTS);
    masks.hide(new Secret('hunter2!'));
    expect(hidden).toEqual(['hunter2!']);
  });

  it('an empty name hides nothing from hiding', () => {
    const hidden: string[] = [];
    const masks = new Masks((text) => hidden.push(text), ['', '']);
    expect(masks.hide(new Secret('hunter2!'))).toBeUndefined();
    expect(hidden).toEqual(['hunter2!']);
  });

  it('says nothing of what the application does not know', () => {
    const hidden: string[] = [];
    const masks = new Masks((text) => hidden.push(text), TEXTS);
    masks.hide(new Secret(ACCOUNT), 'AWS_ACCOUNT_ID', false);
    masks.hide(new Secret('777777'), 'PIN', false);
    expect([...masks.setAccount(ACCOUNT)]).toEqual([]);
    expect(hidden).toEqual(['777777']);
  });

  it.each<[what: string, secret: string, value: string, holder: string | undefined]>([
    ['the same', 'hunter2!', 'hunter2!', 'PW'],
    ['a piece', 'hunter2!', 'redis --requirepass hunter2! -v', 'PW'],
    ['a line', 'first line\nsecond line', 'x second line', 'PW'],
    ['the password of a URL', 'postgres://u:s3cr3t@db/x', 'PGPASSWORD=s3cr3t', 'PW'],
    ['it as a part of a URL writes it', 'p@ss/word', 'https://u:p%40ss%2Fword@h', 'PW'],
    ['it as JSON writes it', 'a"b"c"d', '{"x":"a\\"b\\"c\\"d"}', 'PW'],
    ['digits that wait for the account', '483920', 'code=483920', 'PW'],
    ['a bracket beside digits that wait', '[\n483920\n]', '[1]', undefined],
    ['what may be the account itself', '123456789012', '123456789012.dkr.ecr', undefined],
    ['another', 'hunter2!', 'hunter3!', undefined],
    ['what is not hidden', 'papyrus', 'papyrus', undefined],
    [
      'a frame of PEM',
      '-----BEGIN CERTIFICATE-----\nMIIB1234',
      '-----BEGIN CERTIFICATE-----\nMIIC',
      undefined,
    ],
  ])('reports whose text a value holds: %s', (_what, secret, value, holder) => {
    const masks = new Masks(() => {}, TEXTS);
    masks.hide(new Secret(secret), 'PW');
    expect(masks.snapshot()(new Secret(value))).toBe(holder);
  });

  it('reports the same of a value, whatever is hidden later', () => {
    const masks = new Masks(() => {}, TEXTS);
    const secretIn = masks.snapshot();
    masks.hide(new Secret('hunter2!'), 'PW');
    expect(secretIn(new Secret('hunter2!'))).toBeUndefined();
  });

  it('reports why, for the warning with the name of the variable', () => {
    expect(new Masks(() => {}, TEXTS).hide(new Secret('papyrus'))).toMatch(/this run/);
  });
});
