import { OWNER_TAG, PULL_TAG } from '../model/ownership.ts';

/**
 * The limits of AWS, checked before the first call, since an error half-way leaves half of the work done. Each
 * function returns the error with its remedy, or undefined.
 */

/** Bytes of a parameter's value by tier. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
export const STANDARD_BYTES = 4096;
export const ADVANCED_BYTES = 8192;

/** Standard parameters in a region and account. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
export const STANDARD_PARAMETERS = 10_000;

/** Bytes of a secret's value. @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const SECRET_BYTES = 65_536;

/**
 * Tags on one resource, including the ownership tag. @see
 * https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
 */
export const TAGS = 50;

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html (names, levels, reserved words) */
export function prefixFault(prefix: string): string | undefined {
  if (!prefix.startsWith('/')) return 'start it with a slash, like /papyrus/prd';
  if (prefix.endsWith('/')) return 'leave the slash at its end out';
  const segments = prefix.slice(1).split('/');
  if (segments.some((segment) => segment === '')) return 'it has an empty segment (two slashes in a row)';
  if (segments.some((segment) => !/^[A-Za-z0-9_.-]+$/.test(segment)))
    return 'only letters, digits, and _ . - are allowed between the slashes';
  // Legal in Parameter Store, yet tools that treat the name as a path read another place.
  if (segments.some((segment) => /^\.+$/.test(segment)))
    return 'a segment of dots alone is read as another folder; give it a name';
  if (segments.length < 2) return 'it needs two segments or more: the application, then the environment';
  if (/^\/(aws|ssm)/i.test(prefix))
    return 'Parameter Store reserves names that begin with "aws" or "ssm"; choose another first segment';
  // A parameter below it adds one level, and 15 are allowed.
  if (segments.length > 14)
    return 'Parameter Store allows 15 levels, the variable included; use fewer segments';
  return undefined;
}

/** 1011 characters with the ARN before it; the longest partition and region are counted, so that it holds everywhere. */
export function parameterNameFault(name: string): string | undefined {
  const before = 'arn:aws-us-gov:ssm:ap-northeast-1:123456789012:parameter'.length;
  if (!/^\/[A-Za-z0-9_./-]+$/.test(name))
    return 'Parameter Store allows only letters, digits, and _ . - / in a name';
  if (name.length + before > 1011)
    return 'the name is too long for Parameter Store; shorten the prefix or the name';
  return undefined;
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (Name) */
export function secretNameFault(name: string): string | undefined {
  if (!/^[A-Za-z0-9/_+=.@-]+$/.test(name))
    return 'Secrets Manager allows only letters, digits, and / _ + = . @ - in a name';
  if (name.length > 512) return 'the name is longer than the 512 characters that Secrets Manager allows';
  return undefined;
}

/**
 * @returns why a secret of this name should not be created; one that exists is used as it is
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (Name)
 */
export function newSecretNameFault(name: string): string | undefined {
  return /-[A-Za-z0-9]{6}$/.test(name)
    ? 'its name ends with a hyphen and six characters, which Secrets Manager confuses with the end of an ARN. Choose another bundle, or create the secret yourself: it is adopted then'
    : undefined;
}

/** Owned resources are directly below the prefix, so a bundle is one segment of a name. */
export function bundleNameFault(name: string): string | undefined {
  if (name === '') return 'name the bundle, like secret/payments';
  if (name.includes('/'))
    return 'a bundle has no slash in its name, since only secrets directly below the prefix are listed, pruned and destroyed; write it like payments-stripe';
  return secretNameFault(name);
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests (the grammar of tags) */
export function imageTagFault(tag: string): string | undefined {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag)) return undefined;
  return 'a tag is made of letters, digits, "_", "." and "-", 128 at most, with neither "." nor "-" in front';
}

/** Characters and lengths that all four services accept. */
export function tagFault(key: string, value: string): string | undefined {
  const legal = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  if (key === '') return 'a tag needs a key';
  if (key.length > 128) return 'a tag key has at most 128 characters';
  if (value.length > 256) return 'a tag value has at most 256 characters';
  if (/^aws:/i.test(key)) return 'keys that begin with "aws:" are reserved; choose another';
  if (key === OWNER_TAG || key === PULL_TAG) return 'this key marks ownership; choose another';
  if (!legal.test(key) || !legal.test(value))
    return 'AWS allows letters, digits, spaces and _ . : / = + - @ in a tag';
  return undefined;
}

const KEY_FORMS = [
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  /^mrk-[0-9a-f]{32}$/,
  /^alias\/[a-zA-Z0-9/_-]+$/,
  /^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:(?:key\/[a-zA-Z0-9-]+|alias\/[a-zA-Z0-9/_-]+)$/,
];

/**
 * @param region of the run: a key serves only its own region
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (KeyId)
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
 */
export function kmsKeyFault(key: string, region?: string): string | undefined {
  if (key.length > 256 || !KEY_FORMS.some((form) => form.test(key)))
    return 'a key is given by its id, its ARN, or alias/NAME';
  const its = key.startsWith('arn:') ? key.split(':')[3] : undefined;
  if (its !== undefined && region !== undefined && its !== region)
    return `its ARN is of the region ${its}, this run is in ${region}; name a key of that region`;
  return undefined;
}
