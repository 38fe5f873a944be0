import { APPLICATION_NAME } from './desired/auth0.ts';
import type { RawText } from './settings/auth0.ts';
import { type Auth0Access, type Auth0Given, readAuth0Inputs } from './settings/auth0-inputs.ts';
import type { Diagnostics } from './settings/diagnostics.ts';
import type { Settings } from './settings/settings.ts';
import type { Variable } from './settings/variable.ts';

/** Domain and application are variables of the application, so that they need not be given twice. */
export function readAuth0(
  settings: Settings,
  variables: readonly Variable[],
  notes: Diagnostics,
): (Auth0Access & { readonly name: string }) | undefined {
  const { auth0 } = settings;
  if (auth0 === undefined || !settings.only.has('auth0')) return undefined;
  const given = (name: string) =>
    variables.find((variable) => variable.name === name && variable.value.byteLength > 0);
  const domain = given('AUTH0_DOMAIN');
  const client = given('AUTH0_CLIENT_ID');
  // A pull request from a fork has no secrets, and its plan is still worth having.
  if (
    (settings.mode === 'plan' || settings.mode === 'drift') &&
    auth0.managementClientId !== undefined &&
    auth0.managementClientSecret === undefined
  ) {
    notes.notice({
      where: 'input auth0-management-client-secret',
      text: 'it is empty here, so Auth0 is skipped',
    });
    return undefined;
  }
  // Valid input, yet two misspelt GitHub secrets look the same.
  const isWithout = auth0.managementClientId === undefined && auth0.managementClientSecret === undefined;
  if (isWithout && auth0.appUrl !== undefined && settings.mode !== 'destroy')
    notes.notice({
      where: 'input app-url',
      text: `${auth0.urls === 'remove' ? 'no URL is removed from Auth0, which' : 'only AUTH0_CALLBACK_URL follows it, and Auth0'} is skipped, since auth0-management-client-id and auth0-management-client-secret are empty (a GitHub secret that does not exist arrives empty)`,
    });
  const { access, faults } = readAuth0Inputs({
    appUrl: auth0.appUrl?.value,
    appUrlIsOptional: settings.mode === 'destroy',
    hosts: {
      input: auth0.domain,
      file: settingOf('auth0-domain', auth0.fileDomain),
      variable: domain && { ...givenBy(domain), fileOnly: domain.fileOnly === true },
    },
    managementClientId: settingOf('auth0-management-client-id', auth0.managementClientId),
    managementClientSecret: auth0.managementClientSecret,
    applicationId: settingOf('auth0-application-id', auth0.applicationId) ?? (client && givenBy(client)),
  });
  for (const fault of faults) notes.fault(fault);
  return access === undefined ? undefined : { ...access, name: APPLICATION_NAME };
}

function givenBy({ name, value, where, file, line }: Variable): Auth0Given {
  return { name, value, place: { where, file, line } };
}

/** A setting of the configuration file is reported at its line; an input is its own place. */
function settingOf(name: string, raw: RawText | undefined): Auth0Given | undefined {
  if (raw === undefined) return undefined;
  const { value, where, file, line } = raw;
  return { name, value, place: file === undefined ? undefined : { where, file, line } };
}
