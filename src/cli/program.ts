/** How users start the command line. */
export const PROGRAM = 'npx github:papyrus/aws-bootstrap';
