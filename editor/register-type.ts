// Registers node types with the editor. What a node set says of its type stands in its html as plain values, where the library of
// Node-RED and other tools read it without running it; the form script adds what only code can say.

/** Looks, ports and fields of a type, as plain values. */
export interface ShownType {
  readonly category: string;
  readonly color: string;
  readonly icon?: string;
  readonly inputs?: number;
  readonly outputs?: number;
  /** By field its value, and the type of the config node that it names. */
  readonly defaults: Readonly<Record<string, Readonly<Pick<EditorFieldDefinition, 'value' | 'type'>>>>;
}

/** What the form script of a node adds. */
export type CodedType = Omit<EditorNodeDefinition, Exclude<keyof ShownType, 'defaults'>>;

interface Kept {
  readonly coded: CodedType;
  readonly registered: (definition: EditorNodeDefinition) => void;
}

const kept = new Map<string, Kept>();

/** Keeps what the form script of a node made of its type, until the html around it registers the type. @param registered  called then */
export function keepType(type: string, coded: CodedType, registered: Kept['registered']): void {
  kept.set(type, { coded, registered });
}

/** Called by the html of a node set, after its form script. @throws Error when that has not defined the type */
export function registerType(type: string, { defaults, ...shown }: ShownType): void {
  const found = kept.get(type);
  if (found === undefined) throw new Error(`the form script of ${type} does not define it; call defineNode in it`);
  kept.delete(type);
  const definition = Object.assign(found.coded, shown);
  for (const [field, value] of Object.entries(defaults))
    definition.defaults[field] = { ...definition.defaults[field], ...value };
  RED.nodes.registerType(type, definition);
  found.registered(definition);
}
