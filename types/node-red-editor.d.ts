// The part of Node-RED 5's editor that our browser code uses. Written from the public editor API; what is not here is
// not used by us.
/// <reference types="jquery" />

interface EditorValidationOptions {
  readonly label?: string;
}

/** One field of a node type, as the editor stores it. */
interface EditorFieldDefinition {
  value: unknown;
  required?: boolean;
  /** Type of the config node this field refers to. */
  type?: string;
  label?: string;
  /** `true`, or what is wrong in words. */
  validate?(this: EditorNode, value: unknown, options?: EditorValidationOptions): boolean | string | string[];
}

interface EditorNodeDefinition {
  category: string;
  color: string;
  icon?: string;
  align?: 'left' | 'right';
  defaults: Record<string, EditorFieldDefinition>;
  inputs?: number;
  outputs?: number;
  paletteLabel?: string | ((this: EditorNodeDefinition) => string);
  label?: (this: EditorNode) => string;
  labelStyle?: (this: EditorNode) => string;
  inputLabels?: (this: EditorNode, index: number) => string | undefined;
  outputLabels?: (this: EditorNode, index: number) => string | undefined;
  oneditprepare?: (this: EditorNode) => void;
  oneditsave?: (this: EditorNode) => void;
  oneditresize?: (this: EditorNode, size: { readonly width: number; readonly height: number }) => void;
  onadd?: (this: EditorNode) => void;
  _?: EditorTranslate;
}

type EditorTranslate = (key: string, values?: Readonly<Record<string, unknown>>) => string;

interface EditorNode {
  readonly id: string;
  readonly type: string;
  /** Tab or subflow the node is on; absent for a global config node. */
  readonly z?: string;
  readonly w: number;
  readonly h: number;
  readonly _def: EditorNodeDefinition;
  readonly _: EditorTranslate;
  name?: string;
  inputs?: number;
  outputs?: number;
  dirty?: boolean;
  /** Disabled by the user. */
  d?: boolean;
  status?: Readonly<Record<string, unknown>>;
  [field: string]: unknown;
}

interface EditorLink {
  readonly source: EditorNode;
  readonly sourcePort: number;
  readonly target: EditorNode;
}

/** What was done last, for undo. */
interface EditorHistoryEvent {
  readonly t: string;
  links?: readonly EditorLink[];
  readonly nodes?: readonly unknown[];
  /** Of several at once. */
  readonly events?: readonly EditorHistoryEvent[];
  /** Of an edit: the node, what its fields were, and whether it and all had changed before. */
  readonly node?: EditorNode;
  readonly changes?: Readonly<Record<string, unknown>>;
  /** Of a replacement of all: by the ids of nodes. */
  readonly changed?: unknown;
  readonly moved?: Readonly<Record<string, boolean>>;
  readonly config?: readonly unknown[];
  readonly complete?: boolean;
  readonly rev?: string | null;
  readonly dirty?: boolean;
}

/** How the dialog that adds a node is opened. Not in Node-RED's documents. */
interface EditorTypeSearch {
  readonly filter?: { readonly type?: string; readonly input?: boolean; readonly output?: boolean };
  readonly context?: {
    readonly source?: EditorNode;
    readonly sourcePort?: number;
    /** 0 = output. */
    readonly sourcePortType?: number;
    readonly virtualLink?: boolean;
  };
  readonly add?: (type: unknown, keepAdding?: boolean) => void;
}

interface EditorAnnotation {
  readonly type: 'badge';
  readonly align?: 'left' | 'right';
  readonly class?: string;
  filter?(node: EditorNode): boolean;
  element(node: EditorNode): SVGElement;
  show(node: EditorNode): boolean;
  tooltip?(node: EditorNode): string;
  refresh?(node: EditorNode): boolean;
}

interface EditorSidebarTab {
  readonly id: string;
  readonly label: string;
  readonly name: string;
  readonly iconClass: string;
  readonly content: HTMLElement | JQuery;
  readonly toolbar?: HTMLElement | JQuery;
  readonly action?: string;
  readonly enableOnEdit?: boolean;
  readonly target?: 'primary' | 'secondary';
  readonly onchange?: () => void;
}

interface EditorPlugin {
  readonly type: string;
  onadd?(): void;
}

interface EditorRedrawEvent {
  readonly node: EditorNode;
  readonly el: SVGGElement;
  /** Of ports only. */
  readonly port?: SVGGElement;
  readonly portType?: 'input' | 'output';
  readonly portIndex?: number;
}

/** What an import has added. */
interface EditorImported {
  readonly nodes: readonly EditorNode[];
  readonly links: readonly EditorLink[];
  readonly workspaces: readonly unknown[];
}

interface EditorMenuItem {
  readonly id: string;
  readonly label: string;
  /** Name of an action. */
  readonly onselect?: string;
  readonly options?: readonly EditorMenuItem[];
}

interface EditorRed {
  readonly _: EditorTranslate;
  readonly nodes: {
    registerType(type: string, definition: EditorNodeDefinition): void;
    getType(type: string): EditorNodeDefinition | null;
    node(id: string): EditorNode | null | undefined;
    junction(id: string): EditorNode | null | undefined;
    group(id: string): EditorNode | null | undefined;
    subflow(id: string): EditorNode | null | undefined;
    /** A tab. */
    workspace(id: string): EditorNode | null | undefined;
    /** Tells config nodes who refers to them. */
    updateConfigNodeUsers(node: EditorNode, options: { readonly action: 'add' | 'remove' }): void;
    eachNode(visit: (node: EditorNode) => boolean | undefined): void;
    eachConfig(visit: (node: EditorNode) => boolean | undefined): void;
    /** Links at the inputs (1) or the outputs (0) of a node. */
    getNodeLinks(id: string, portType: 0 | 1): EditorLink[];
    addLink(link: EditorLink): void;
    /** @returns what went along */
    remove(id: string): { readonly links: readonly EditorLink[] };
    /** Adds nodes of flow JSON; wires to nodes that are not among them are dropped. Undo knows nothing of it. */
    import(
      nodes: readonly unknown[],
      options: { readonly generateIds: boolean; readonly markChanged: boolean; readonly reimport: boolean },
    ): EditorImported;
    removeLink(link: EditorLink): void;
    /** Of the server's flow that the editor began with. @param is  what it is from now on */
    version(is?: string): string | null;
    /** The server's flow that the editor began with. @param is  what it is from now on */
    originalFlow(is?: readonly unknown[]): readonly unknown[] | null;
    /** Removes everything. */
    clear(): void;
    import(flow: readonly unknown[]): { readonly nodes: readonly EditorNode[] };
    /** @param is  what it is from now on */
    dirty(is?: boolean): boolean;
    /** Flow JSON of everything, as a deploy sends it. */
    createCompleteNodeSet(options: { readonly credentials: boolean }): readonly unknown[];
  };
  readonly plugins: { registerPlugin(id: string, plugin: EditorPlugin): void };
  readonly sidebar: {
    addTab(tab: EditorSidebarTab): void;
    show(id: string): void;
    readonly config: { refresh(): void };
  };
  readonly palette: { refresh(): void };
  readonly keyboard: { add(scope: string, keys: string, action: string): void };
  readonly actions: {
    add(id: string, run: () => void, options?: { readonly label?: string }): void;
    invoke(id: string): void;
  };
  readonly comms: {
    subscribe(topic: string, listener: (topic: string, message: unknown) => void): void;
  };
  readonly events: {
    on(event: string, listener: (subject: never) => void): void;
    emit(event: string, subject: unknown): void;
  };
  /** A listener takes one parameter: Node-RED waits for those that take none or two. */
  readonly hooks: { add(hook: string, listener: (event: EditorRedrawEvent) => void): void };
  readonly history: {
    peek(): EditorHistoryEvent | undefined;
    /** Undoes what was done last. */
    pop(): void;
    list(): readonly EditorHistoryEvent[];
    listRedo(): unknown[];
    push(event: EditorHistoryEvent): void;
  };
  readonly state: { readonly JOINING: number; readonly QUICK_JOINING: number };
  readonly typeSearch?: {
    show(options: EditorTypeSearch): void;
    refresh(options: EditorTypeSearch): void;
  };
  readonly view: {
    readonly annotations: { register(id: string, annotation: EditorAnnotation): void };
    redraw(refresh?: boolean): void;
    reveal(id: string): void;
    /** What the mouse is doing; see `EditorRed.state`. */
    state(): number;
    selection(): { readonly nodes?: readonly EditorNode[] };
    select(selection: { readonly nodes: readonly EditorNode[] }): void;
  };
  readonly workspaces: {
    active(): string;
    refresh(): void;
    /** @param silent  without a place in the history of the browser */
    show(id: string, silent?: boolean): void;
  };
  readonly menu: { addItem(id: string, item: EditorMenuItem | null): void };
  readonly editor: {
    validateNode(node: EditorNode): boolean;
    editConfig(name: string, type: string, id: string): void;
  };
  readonly popover: { tooltip(target: JQuery, content: string): void };
  readonly user: { hasPermission(permission: string): boolean };
  readonly notify: (
    message: string | JQuery | HTMLElement,
    options?: {
      readonly type?: 'success' | 'warning' | 'error' | 'compact';
      /** One of the same name is changed in place of a new one. */
      readonly id?: string;
      readonly silent?: boolean;
      readonly timeout?: number;
      readonly fixed?: boolean;
      readonly buttons?: readonly { readonly text: string; readonly class?: string; click(): void }[];
    },
  ) => { close(): void };
  /** `user` is there only when the editor asks for a login. */
  readonly settings: {
    readonly apiRootUrl?: string;
    readonly user?: { readonly username?: string };
    /** What our own server tells the plugin; absent in a stock Node-RED. */
    readonly gatewright?: { readonly consoles?: string; readonly traffic?: string };
  };
  readonly i18n: { lang(): string };
}

declare const RED: EditorRed;

interface EditableListOptions<T> {
  readonly addButton?: string | boolean;
  readonly sortable?: boolean;
  readonly removable?: boolean;
  readonly header?: JQuery;
  readonly height?: number | 'auto';
  addItem(container: JQuery, index: number, item: T): void;
  removeItem?(item: T): void;
  sortItems?(items: JQuery): void;
}

/** One type of a typed input. */
interface TypedInputType {
  readonly value: string;
  readonly label: string;
  /** Classes of an icon, or the path of a picture. */
  readonly icon?: string;
  validate?(value: string): boolean;
}

interface JQuery {
  typedInput(options: { readonly default: string; readonly types: readonly TypedInputType[] }): JQuery;
  typedInput(method: 'type' | 'value'): string;
  typedInput(method: 'type' | 'value', text: string): void;
  typedInput(method: 'width', pixels: number | null): void;
  editableList<T extends object>(options: EditableListOptions<T>): JQuery;
  editableList(method: 'items'): JQuery;
  editableList(method: 'empty' | 'sort'): void;
  editableList(method: 'removeItem', item: object): void;
  editableList(method: 'addItem', item: object): void;
  editableList(method: 'height', pixels: number): void;
}
