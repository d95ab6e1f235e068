// Modules that the build makes: `facts:vm` holds what the node type of nodes/vm declares.
declare module 'facts:*' {
  import type { NodeFacts } from '../editor/node-facts.ts';

  const facts: NodeFacts;
  export default facts;
}

/** What the form of a node must know beside its declaration, as data; its type is that of `formFacts` in the node's folder. */
declare module 'form-facts:*' {
  const formFacts: unknown;
  export default formFacts;
}

/** The build turns an imported style sheet into a file beside the script. */
declare module '*.css';

/** A library that comes as one whole file; the build puts it beside what loads it. The path is relative to that. */
declare module '*.min.js' {
  const path: string;
  export default path;
}
