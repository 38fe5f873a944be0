import type { Given } from '../../asking.ts';
import { at, CANARY, input, type Row } from '../row.ts';

const url = (text: string): Given => input('app-url', text);
const URL_PLACE = /^input app-url:/;
/** Everything that Auth0 needs, but for what the row says. */
const auth0 = (more: Record<string, string>): Given => ({
  inputs: {
    'app-url': 'https://app.example.com',
    'auth0-domain': 'papyrus.us.auth0.com',
    'auth0-application-id': 'client-of-users',
    'auth0-management-client-id': 'client-of-machines',
    'auth0-management-client-secret': CANARY,
    ...more,
  },
});
const domain = (text: string): Given => auth0({ 'auth0-domain': text });
/** The tenant and the application by variables alone. */
const variables = (dotenv: string): Given =>
  auth0({ 'auth0-domain': '', 'auth0-application-id': '', dotenv: `${dotenv}\n` });
const path = (text: string): Given => ({ config: `callback-path: "${text}"` });
const PATH_PLACE = /aws-bootstrap\.yml line 1: callback-path:/;

const tenant = at(/^Auth0: auth0-domain/);
const application = at(/^Auth0: auth0-application-id/);

/** The address of the application. */
export const APP_URLS: readonly Row[] = [
  ['a host alone', url('app.example.com'), URL_PLACE, /with https/],
  ['a scheme that runs code', url(`javascript:alert("${CANARY}")`), URL_PLACE, /with https/],
  ['a scheme of files', url('ftp://app.example.com'), URL_PLACE, /with https/],
  ['an address without its host', url('http://:5000'), URL_PLACE, /a public IP yet/],
  ['the none of the AWS CLI', url('http://None:5000'), URL_PLACE, /a public IP yet/],
  ['a placeholder', url('http://<PublicIP>:5000'), URL_PLACE, /placeholder filled/],
  ['a user name and password', url(`https://user:${CANARY}@app.example.com`), URL_PLACE, /origin only/],
  ['a path', url(`https://app.example.com/${CANARY}`), URL_PLACE, /callback-path and logout-path/],
  ['a query', url(`https://app.example.com?token=${CANARY}`), URL_PLACE, /origin only/],
  ['a fragment', url(`https://app.example.com#${CANARY}`), URL_PLACE, /origin only/],
  ['a wildcard for hosts', url('https://*.example.com'), URL_PLACE, /one address/],
  ['a wildcard for ports', url('http://app.example.com:*'), URL_PLACE, /one address/],
  ['two addresses', url('https://a.example.com,https://b.example.com'), URL_PLACE, /is one URL, .*a list/],
  ['a port past all ports', url('http://app.example.com:99999'), URL_PLACE, /scheme, host/],
  ['the port 0', url('http://app.example.com:0'), URL_PLACE, /the port/],
  ['an address with three numbers', url('http://10.1.7:5000'), URL_PLACE, /like 203\.0\.113\.7/],
  ['an address in one number', url('http://2130706433'), URL_PLACE, /like 203\.0\.113\.7/],
  ['an address in hexadecimal', url('http://0x7f.1'), URL_PLACE, /like 203\.0\.113\.7/],
  ['an address in octal', url('http://0177.0.0.1'), URL_PLACE, /like 203\.0\.113\.7/],
  ['an address past all addresses', url('http://300.0.113.7'), URL_PLACE, /scheme, host/],
  ['an IPv6 address without brackets', url('http://2001:db8::1'), URL_PLACE, /scheme, host/],
  ['an IPv6 address with a zone', url('http://[fe80::1%25eth0]'), URL_PLACE, /scheme, host/],
  [
    'a backslash that hides another host',
    url('http://app.example.com\\@evil.example'),
    URL_PLACE,
    /scheme, host/,
  ],
  ['a host in percent signs', url('http://app%2eexample.com'), URL_PLACE, /scheme, host/],
  ['two dots in a host', url('http://app..example.com'), URL_PLACE, /filled in/],
  [
    'a bad address of the file',
    { config: `mode: plan\napp-url: "https://app.example.com/${CANARY}"` },
    /aws-bootstrap\.yml line 2: app-url:/,
    /origin only/,
  ],
];

/** Paths below that address. */
export const PATHS: readonly Row[] = [
  ['a path without its slash', path('callback'), PATH_PLACE, /one slash/],
  ['a path to another host', path('//evil.example'), PATH_PLACE, /one slash/],
  ['a URL as the path', path('https://app.example.com/callback'), PATH_PLACE, /one slash/],
  ['a path that climbs', path('/a/../b'), PATH_PLACE, /dot segments/],
  ['a path with a query', path(`/callback?x=${CANARY}`), PATH_PLACE, /it out/],
  ['a path with a wildcard', path('/*'), PATH_PLACE, /out wildcards/],
  ['a path with umlauts', path('/rück'), PATH_PLACE, /umlauts escaped/],
  [
    'a path of the logout',
    { config: 'mode: plan\nlogout-path: logout' },
    /aws-bootstrap\.yml line 2: logout-path:/,
    /one slash/,
  ],
];

/** The tenant, and who speaks to it. */
export const AUTH0: readonly Row[] = [
  [
    'an empty domain',
    { inputs: { ...auth0({}).inputs, 'auth0-domain': '' } },
    /^Auth0:/,
    /auth0-domain is missing: give it/,
  ],
  tenant('a domain with its scheme', domain('https://papyrus.us.auth0.com'), /the scheme/),
  tenant('a domain with a path', domain('papyrus.us.auth0.com/api/v2'), /everything behind/),
  tenant('a domain with a user name', domain(`${CANARY}@evil.example`), /the scheme/),
  tenant('a domain with a query', domain('papyrus.us.auth0.com?x=1'), /the scheme/),
  tenant('a domain with a fragment', domain('evil.example#papyrus.us.auth0.com'), /the scheme/),
  tenant('a domain with a port', domain('papyrus.us.auth0.com:8443'), /the port/),
  tenant('a tenant without its host', domain('papyrus'), /the tenant/),
  tenant('a domain with a wildcard', domain('*.auth0.com'), /the tenant/),
  tenant('a domain with a blank', domain(`${CANARY} .auth0.com`), /the tenant/),
  tenant('a domain with umlauts', domain('bücher.auth0.com'), /the tenant/),
  tenant('a domain that is too long', domain(`${'a.'.repeat(130)}com`), /the tenant/),
  [
    'a domain with its scheme in a variable',
    variables('# the tenant\nAUTH0_DOMAIN=https://papyrus.us.auth0.com/'),
    /^input dotenv line 2: AUTH0_DOMAIN:/,
    /the scheme.*the input auth0-domain/,
  ],
  [
    'an application of a variable by its name',
    variables('AUTH0_DOMAIN=papyrus.us.auth0.com\nAUTH0_CLIENT_ID="My Application"'),
    /^input dotenv line 2: AUTH0_CLIENT_ID:/,
    /application's settings/,
  ],
  [
    'the management client for the application, in a variable',
    variables('AUTH0_DOMAIN=papyrus.us.auth0.com\nAUTH0_CLIENT_ID=client-of-machines'),
    /^input dotenv line 2: AUTH0_CLIENT_ID:/,
    /users sign/,
  ],
  [
    'a management client of the file by its name',
    {
      ...auth0({ 'auth0-management-client-id': '' }),
      config: 'mode: apply\nauth0-management-client-id: My Machine',
    },
    /aws-bootstrap\.yml line 2: auth0-management-client-id:/,
    /application's settings/,
  ],
  application(
    'the management client for the application',
    auth0({ 'auth0-application-id': 'client-of-machines' }),
    /users sign/,
  ),
  application(
    'an application that climbs',
    auth0({ 'auth0-application-id': '../tenants/settings' }),
    /application's settings/,
  ),
  application(
    'an application by its name',
    auth0({ 'auth0-application-id': 'My Application' }),
    /application's settings/,
  ),
  [
    'a management client in two lines',
    auth0({ 'auth0-management-client-id': `${CANARY}\nx` }),
    /^Auth0: auth0-management-client-id/,
    /application's settings/,
  ],
  application('no application', auth0({ 'auth0-application-id': '' }), /the variable AUTH0_CLIENT_ID/),
  ['no address', auth0({ 'app-url': '' }), /^Auth0:/, /give app-url too/],
  [
    'a management secret alone',
    auth0({ 'auth0-management-client-id': '' }),
    /^Auth0: auth0-management-client-id is missing/,
    /beside auth0-management-client-secret/,
  ],
  [
    'a management client alone in apply',
    auth0({ 'auth0-management-client-secret': '' }),
    /^Auth0: auth0-management-client-secret is missing/,
    /beside auth0-management-client-id/,
  ],
];
