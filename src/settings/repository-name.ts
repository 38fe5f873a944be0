import { quoted } from './parse.ts';

/** A repository as people name it. */
interface RepositoryName {
  readonly name: string;
  /** Of a URI, which every console page offers to copy. */
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** Why no private repository of ECR is meant, and what to write. */
  readonly fault?: string | undefined;
  readonly warning?: string | undefined;
}

/** Characters: 256 of a name, and the longest host with a digest around it. */
const LONGEST = 512;

const REGISTRY =
  /^(?:https?:\/\/)?(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.-]+(?::\d+)?(?:\/+([^:@]*)(?:[:@].*)?)?$/;

/** Hosts whose names nobody gives to a repository of ECR; other names with a dot may be meant. */
const OTHERS = [
  'docker.io',
  'docker.com',
  'ghcr.io',
  'gcr.io',
  'quay.io',
  'pkg.dev',
  'azurecr.io',
  'mcr.microsoft.com',
  'registry.gitlab.com',
  'registry.k8s.io',
  'nvcr.io',
  'icr.io',
  'amazonaws.com',
  'amazonaws.com.cn',
];

/** @param text the input `repository`: a name, or a URI of ECR with or without a tag */
export function readRepositoryName(text: string): RepositoryName {
  if (text.length > LONGEST)
    return { name: text, fault: 'it is longer than any URI of ECR; write the name alone' };
  const [, account, region, path] = REGISTRY.exec(text) ?? [];
  if (account !== undefined) {
    if (path !== undefined && path !== '') return { name: path, account, region };
    return {
      name: text,
      fault:
        'it names the registry alone; write the name of a repository in it, like "papyrus" or REGISTRY/papyrus',
    };
  }
  const bare = text.replace(/^(?:https?|docker):\/\//, '');
  const [host = '', ...rest] = bare.split('/');
  const remedy = nameIn(rest.join('/'));
  if (host === 'public.ecr.aws' || host === 'ecr-public.aws.com')
    return {
      name: text,
      fault: `it is in the public registry of ECR, and the action works with private repositories; ${remedy}`,
    };
  if (bare !== text || isOtherRegistry(host, rest.length > 0))
    return {
      name: text,
      fault: `it is in another registry, and the action works with private repositories of ECR; ${remedy}`,
    };
  if (/^arn:|^[^:@]+[:@][^/]+$/.test(text))
    return {
      name: text,
      fault: `ECR allows lower-case letters and digits, with one . _ - or / between them; an ARN, a tag or a digest is no part of it: ${nameIn(text.replace(/^arn:.*?repository\//, ''))}`,
    };
  if (rest.length > 0 && host.includes('.'))
    return {
      name: text,
      warning:
        'its first part looks like a registry host; ECR takes it as part of the name. Remove it if you do not want that',
    };
  return { name: text };
}

function isOtherRegistry(host: string, isFollowed: boolean): boolean {
  const isLocal = isFollowed && /^localhost$|^[^:]+:\d+$/.test(host);
  return isLocal || OTHERS.some((known) => host === known || host.endsWith(`.${known}`));
}

/** @returns the remedy, with the name where it is fit to be printed */
function nameIn(path: string): string {
  const name = path.replace(/[:@].*$/, '').replace(/^library\//, '');
  const shown = quoted(name);
  return shown === 'this value' ? 'write the name alone, like "papyrus"' : `write the name alone: ${shown}`;
}
