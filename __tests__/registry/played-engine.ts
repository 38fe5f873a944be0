import type { RequestListener } from 'node:http';
import type { Played } from '../servers/played.ts';
import { makeTar, type TarFile } from '../servers/registry-images.ts';

/** A Docker engine that knows one image: what it tells of it, and its export. */
export function engineOf(inspect: object, files: readonly TarFile[] | Buffer): RequestListener {
  return (request, response) => {
    if (request.url?.endsWith('/get') === true) response.end(Buffer.isBuffer(files) ? files : makeTar(files));
    else response.end(JSON.stringify(inspect));
  };
}

/** What the step's environment says of an engine. */
export function hostOf({ url }: Played): { DOCKER_HOST: string } {
  return { DOCKER_HOST: `tcp://${url.host}` };
}
