// Put your application in place of this file. It answers /health.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.writeHead(request.url === '/health' ? 200 : 404);
  response.end();
});
server.listen(Number(process.env.PORT), () => console.log(`listening on ${process.env.PORT}`));
process.once('SIGTERM', () => server.close());
