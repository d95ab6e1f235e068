// Modules that the build makes: `facts:vm` holds what the node type of nodes/vm declares.
declare module 'facts:*' {
  import type { NodeFacts } from '../editor/node-facts.ts';

  const facts: NodeFacts;
  export default facts;
}

/** The build turns an imported style sheet into a file beside the script. */
declare module '*.css';
