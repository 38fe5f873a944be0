import { describe, expect, it } from 'vitest';
import { configuredUrls } from '../../src/desired/app-url.ts';
import { ABSENT } from '../../src/model/fields.ts';
import {
  differencesOf,
  FOREIGN,
  ID,
  LISTS,
  lists,
  NAME,
  NEW,
  observe,
  PATHS,
  run,
  start,
  UNION,
} from './auth0-bench.ts';

describe('the four modes', () => {
  it('ensure adds at the end and keeps the order; the second run writes nothing', async () => {
    await using bench = await start();
    const spec = await run(bench.provider());
    expect(lists(bench.server)).toEqual(UNION);
    expect(spec.fields[`callback:${NEW.callback}`]).toBe(true);
    expect(bench.server.calls.map(({ call }) => call)).toEqual(['token', 'read', 'read', 'update', 'read']);

    await run(bench.provider());
    expect(bench.server.count('update')).toBe(1);
  });

  it('sends only the lists that change', async () => {
    await using bench = await start();
    bench.server.application(ID).callbacks = UNION.callbacks;
    bench.server.application(ID).web_origins = UNION.web_origins;
    await run(bench.provider());
    expect(bench.server.calls.find(({ call }) => call === 'update')?.body).toEqual({
      allowed_logout_urls: UNION.allowed_logout_urls,
    });
  });

  it('fills the lists of an application that was never saved, in one run', async () => {
    await using bench = await start();
    for (const list of LISTS) delete bench.server.application(ID)[list];
    const spec = await run(bench.provider());
    const own = { callbacks: [NEW.callback], allowed_logout_urls: [NEW.logout], web_origins: [NEW.origin] };
    expect(bench.server.calls.at(-2)).toEqual({ call: 'update', body: own });
    expect(lists(bench.server)).toEqual(own);
    expect(Object.keys(spec.fields)).toHaveLength(3);
    expect(bench.server.calls.map(({ call }) => call)).toEqual(['token', 'read', 'read', 'update', 'read']);
  });

  it('follow takes out the old address, and nothing that merely contains it', async () => {
    await using bench = await start();
    const application = bench.server.application(ID);
    application.callbacks = [
      'http://198.51.100.9:5000/callback',
      ...FOREIGN.callbacks,
      'http://198.51.100.9:5000/callback/x',
    ];
    application.allowed_logout_urls = [...FOREIGN.allowed_logout_urls, 'http://198.51.100.9:5000/logout'];
    application.web_origins = [
      'http://198.51.100.9:50001',
      'http://198.51.100.9:5000',
      ...FOREIGN.web_origins,
    ];
    await run(bench.provider(), 'follow', 'http://198.51.100.9:5000/callback');
    expect(lists(bench.server)).toEqual({
      callbacks: [...FOREIGN.callbacks, 'http://198.51.100.9:5000/callback/x', NEW.callback],
      allowed_logout_urls: UNION.allowed_logout_urls,
      web_origins: ['http://198.51.100.9:50001', ...FOREIGN.web_origins, NEW.origin],
    });
  });

  it('exact leaves only its own, but never what came after the plan', async () => {
    await using bench = await start();
    await run(bench.provider(), 'exact', undefined, () => {
      (bench.server.application(ID).callbacks as string[]).push('https://just-now.example.com/cb');
    });
    expect(lists(bench.server)).toEqual({
      callbacks: ['https://just-now.example.com/cb', NEW.callback],
      allowed_logout_urls: [NEW.logout],
      web_origins: [NEW.origin],
    });
  });

  it('remove takes out exactly its own, in any position', async () => {
    await using bench = await start();
    const application = bench.server.application(ID);
    application.callbacks = [NEW.callback, ...FOREIGN.callbacks, NEW.callback];
    application.allowed_logout_urls = [NEW.logout, ...FOREIGN.allowed_logout_urls];
    await run(bench.provider(), 'remove');
    expect(lists(bench.server)).toEqual(FOREIGN);

    await run(bench.provider(), 'remove');
    expect(bench.server.count('update')).toBe(1);
  });

  it('writes a part of the differences: what is allowed first, what is withdrawn last', async () => {
    await using bench = await start();
    const old = 'http://198.51.100.9:5000';
    bench.server.application(ID).callbacks = [`${old}/callback`, ...FOREIGN.callbacks];
    const provider = bench.provider();
    const observed = await observe(provider);
    const differences = differencesOf(configuredUrls('follow', NEW, PATHS, `${old}/callback`), observed);
    const withdraw = differences.filter(({ to }) => to === ABSENT);
    await provider.update(
      observed,
      observed,
      differences.filter(({ to }) => to !== ABSENT),
    );
    expect(lists(bench.server).callbacks).toEqual([`${old}/callback`, ...FOREIGN.callbacks, NEW.callback]);
    await provider.update(observed, observed, withdraw);
    expect(lists(bench.server)).toEqual(UNION);
  });
});

it('asks for one token a run, masks it before use, and asks for no more scopes than it needs', async () => {
  await using bench = await start();
  bench.server.management.scopes.push('read:client_keys', 'delete:clients');
  bench.server.hook = ({ when, call }) => {
    if (when === 'before' && call === 'read') expect(bench.masked).toHaveLength(1);
  };
  const provider = bench.provider();
  await run(provider);
  await run(provider);
  expect(bench.server.count('token')).toBe(1);
  const [[token, scopes] = []] = bench.server.tokens;
  expect(bench.masked.map((secret) => secret.reveal())).toEqual([token]);
  expect(scopes).toEqual(['read:clients', 'update:clients']);
});

it('asks for no right to write where the run only reads, and says which right is missing then', async () => {
  await using bench = await start();
  bench.server.management.scopes = ['read:clients'];
  expect((await observe(bench.provider(5000, ID, true))).fields).toHaveProperty([
    `callback:${FOREIGN.callbacks[0]}`,
  ]);
  expect([...bench.server.tokens.values()]).toEqual([['read:clients']]);
  bench.server.management.scopes = ['update:clients'];
  const refused = await observe(bench.provider(5000, ID, true)).catch((thrown: unknown) => thrown);
  expect(refused).toMatchObject({
    trouble: 'grant',
    message: expect.stringMatching(/read:clients.*tick read:clients$/),
  });
});

it('never creates an application, and knows only its own name', async () => {
  await using bench = await start();
  const provider = bench.provider();
  await expect(provider.create({ name: NAME, fields: {}, metadata: {} })).rejects.toThrow();
  expect(await provider.observe(['another'])).toEqual(new Map());
  expect(bench.server.calls).toEqual([]);
});

it('a full list can still be emptied, and one above the limit can shrink', async () => {
  await using bench = await start();
  const application = bench.server.application(ID);
  const full = Array.from({ length: 120 }, (_, nth) => `https://n${nth}.example.com/callback`);
  application.callbacks = [NEW.callback, ...full];
  const provider = bench.provider();
  const observed = await observe(provider);
  const error = await provider
    .update(observed, observed, [{ field: `callback:${NEW.callback}`, from: true, to: ABSENT }])
    .catch((thrown: unknown) => thrown);
  // Auth0 itself refuses 120; what matters is that the request to shrink is not held back here.
  expect(error).toMatchObject({ trouble: 'refused', status: 400 });
  expect(bench.server.count('update')).toBe(1);
});
