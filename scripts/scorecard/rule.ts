// What a rule is asked about, and what it says.

/** A package.json, as far as the rules read it. */
export interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly repository?: unknown;
  readonly bugs?: unknown;
  readonly keywords?: readonly string[];
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly 'node-red'?: { readonly version?: string; readonly nodes?: Readonly<Record<string, string>> };
}

export interface NodeRed {
  readonly version: string;
  /** Range of the Node.js it runs on. */
  readonly node: string;
}

export interface Installed {
  readonly name: string;
  readonly version: string;
}

/** What is known of the world around the pack. */
export interface Surroundings {
  readonly nodeRed: NodeRed;
  /** Node types of others. */
  readonly taken: ReadonlySet<string>;
  /** Packs of others. */
  readonly packs: readonly string[];
  readonly tree: readonly Installed[];
  readonly newest: Readonly<Record<string, string>>;
}

export interface Verdict {
  /** As the library numbers its rules. */
  readonly rule: string;
  readonly holds: boolean;
  readonly says: string;
}

/** What is wrong, behind a sentence. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${names.join(', ')}`;
}
