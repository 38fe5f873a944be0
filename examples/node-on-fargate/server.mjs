// Put your API in place of this file. It answers /health, and refuses to start without its variables.
import { createServer } from 'node:http';

const { env } = process;
const REQUIRED = ['PORT', 'PUBLIC_URL', 'DATABASE_URL', 'REDIS_URL', 'SESSION_SECRET', 'STRIPE_SECRET_KEY'];
const missing = REQUIRED.filter((name) => !env[name]);
if (missing.length > 0) {
  console.error(`Missing variables: ${missing.join(', ')}`);
  process.exit(1);
}

const server = createServer((request, response) => {
  const isHealth = request.url === '/health';
  response.writeHead(isHealth ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isHealth ? { status: 'ok' } : { error: 'not found' }));
});
server.requestTimeout = Number(env.REQUEST_TIMEOUT_MS ?? 5000);
server.listen(Number(env.PORT), () => console.log(`listening on ${env.PORT} for ${env.PUBLIC_URL}`));

// ECS sends SIGTERM before it stops a task.
process.once('SIGTERM', () => server.close());
