// The foreign actions of the published workflows, each as small as the workflows need it. GITHUB_ACTION_REPOSITORY says which one
// is meant; an unknown one fails. What each was given is appended to WITNESS_RECORD.
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

const { env } = process;
const action = env.GITHUB_ACTION_REPOSITORY ?? '';
const inputs = Object.fromEntries(
  Object.entries(env).flatMap(([name, value]) =>
    name.startsWith('INPUT_') ? [[name.slice(6).toLowerCase().replaceAll('_', '-'), value]] : [],
  ),
);
const input = (name) => {
  if (!inputs[name]) throw new Error(`${action} needs the input "${name}"`);
  return inputs[name];
};
const inWorkspace = (path) => join(env.GITHUB_WORKSPACE, path);
const hasPermission = (name) => JSON.parse(env.WITNESS_PERMISSIONS)[env.GITHUB_JOB]?.includes(name);

const exportVariable = (name, value) => appendFileSync(env.GITHUB_ENV, `${name}=${value}\n`);
const copy = (from, to) => {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
};

/** The caller's repository; this one's for the checkout of the reusable workflow, whose `job.workflow_*` act does not know. */
function checkout() {
  if (!hasPermission('contents: read')) throw new Error('the job has no permission "contents: read"');
  const isOurs = (inputs.path ?? '') === '.aws-bootstrap';
  cpSync(isOurs ? env.WITNESS_PRODUCT : env.WITNESS_REPOSITORY, inWorkspace(inputs.path ?? ''), {
    recursive: true,
  });
}

/** Asks STS for the role, and hands on what it gives. The account of the role is the account of the credentials. */
async function configureCredentials() {
  if (!hasPermission('id-token: write')) throw new Error('the job has no permission "id-token: write"');
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: input('role-to-assume'),
    RoleSessionName: 'GitHubActions',
    WebIdentityToken: 'token-of-the-job',
  });
  const response = await fetch(env.AWS_ENDPOINT_URL, { method: 'POST', body: form });
  const text = await response.text();
  if (!response.ok) throw new Error(`STS: ${text}`);
  const tag = (name) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1] ?? '';
  for (const name of ['SecretAccessKey', 'SessionToken']) console.log(`::add-mask::${tag(name)}`);
  exportVariable('AWS_ACCESS_KEY_ID', tag('AccessKeyId'));
  exportVariable('AWS_SECRET_ACCESS_KEY', tag('SecretAccessKey'));
  exportVariable('AWS_SESSION_TOKEN', tag('SessionToken'));
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) exportVariable(name, input('aws-region'));
}

function buildImage() {
  const dest = /^type=oci,dest=(.+)$/.exec(input('outputs'))?.[1];
  if (dest === undefined) throw new Error(`outputs: ${inputs.outputs}`);
  const file = inputs.file ?? join(input('context'), 'Dockerfile');
  if (!existsSync(inWorkspace(file))) throw new Error(`there is no ${file}`);
  copy(env.WITNESS_IMAGE, dest);
}

function upload() {
  const path = inWorkspace(input('path'));
  copy(path, join(env.WITNESS_ARTIFACTS, input('name'), basename(path)));
}

function download() {
  const pattern = new RegExp(`^${input('pattern').replaceAll('*', '.*')}$`);
  if (input('merge-multiple') !== 'true')
    throw new Error('without merge-multiple each has a folder of its own');
  for (const name of readdirSync(env.WITNESS_ARTIFACTS).filter((each) => pattern.test(each)))
    cpSync(join(env.WITNESS_ARTIFACTS, name), inWorkspace(input('path')), { recursive: true });
}

function deploy() {
  const path = input('task-definition');
  return { taskDefinition: JSON.parse(readFileSync(path, 'utf8')) };
}

/** What it was given is noted; nothing is posted. */
function post() {
  if (!/^https:/.test(input('webhook'))) throw new Error('the webhook is no address');
  if (input('webhook-type') !== 'incoming-webhook')
    throw new Error(`webhook-type: ${inputs['webhook-type']}`);
  input('payload');
}

const ACTIONS = {
  'actions/checkout': checkout,
  'actions/download-artifact': download,
  'actions/setup-node': () => {},
  'actions/upload-artifact': upload,
  'aws-actions/amazon-ecs-deploy-task-definition': deploy,
  'aws-actions/configure-aws-credentials': configureCredentials,
  'docker/build-push-action': buildImage,
  'docker/setup-buildx-action': () => {},
  'slackapi/slack-github-action': post,
};
const play = ACTIONS[action];
if (play === undefined) throw new Error(`there is no stand-in for ${action}`);
const result = await play();
appendFileSync(env.WITNESS_RECORD, `${JSON.stringify({ action, job: env.GITHUB_JOB, inputs, ...result })}\n`);
