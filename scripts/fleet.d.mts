/** Runs the command that the last argument names. */
export {};
