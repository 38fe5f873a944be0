/** The stages after the account was read, in one part: they are needed together, and share much. */
export { execute } from './execute.ts';
export * from './plan/stage.ts';
export { report } from './report/report.ts';
