import { Agent, request } from 'node:http';
import { Authorization } from '../src/registry/authorization.ts';
import { Distribution } from '../src/registry/distribution.ts';
import { isSame } from '../src/registry/equality.ts';
import { MANIFESTS, type Manifest, parseManifest } from '../src/registry/manifest.ts';
import { openImage } from '../src/registry/open.ts';
import { push, tagImage } from '../src/registry/push.ts';
import { Secret } from '../src/secret.ts';

// One push as the action does it, in a process of its own: `node push-ours.mjs IMAGE REGISTRY REPOSITORY`.
const [image = '', registry = '', repository = ''] = process.argv.slice(2);
const endpoint = new URL(registry);
const agent = new Agent({ keepAlive: true });
const authorization = new Authorization(async () => ({ token: new Secret('none'), endpoint }));
const distribution = new Distribution({ authorization, repository, agentFor: () => agent });

/** What BatchGetImage tells the action. */
function standing(): Promise<Manifest | undefined> {
  return new Promise((resolve, reject) => {
    const url = new URL(`/v2/${repository}/manifests/latest`, endpoint);
    request(url, { agent, headers: { accept: MANIFESTS.join(', ') } }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      const type = answer.headers['content-type'];
      resolve(answer.statusCode === 200 ? parseManifest(Buffer.concat(chunks), type, 'latest') : undefined);
    })
      .once('error', reject)
      .end();
  });
}

const source = await openImage(image, { environment: process.env, platform: process.platform, roots: [] });
const found = await standing();
const tags = ['latest'];
if (found !== undefined && isSame(found, source.identity)) console.log('unchanged');
else {
  const known = found === undefined ? [] : [found];
  const same = known.find((manifest) => isSame(manifest, source.identity));
  if (same !== undefined) await tagImage(distribution, tags, same);
  else
    console.log(
      JSON.stringify({ ...(await push({ source, registry: distribution, tags, known })), manifest: '' }),
    );
}
await source.close();
agent.destroy();
console.log(`maxrss ${Math.round(process.resourceUsage().maxRSS / 1024)}`);
