// Reads a DBC file. Strict about what it says, silent about what concerns only other tools; what contradicts itself in it is left
// out and named. The format has no public standard; what is taken is what the files of Vector's tools, opendbc and cantools hold.
import { MOST_EXTENDED_ID, MOST_STANDARD_ID } from '../frame.ts';
import { DbcDatabase, DbcError, type DbcSignal } from './database.ts';
import { finishMessage, type MessageDraft, type SignalDraft } from './draft.ts';
import { type Token, Tokens } from './tokens.ts';

const MOST_ID = 0xffff_ffff;
const EXTENDED = 0x8000_0000;
const MOST_BYTES = 64;
/** Collects signals that belong to no message. */
const NO_MESSAGE = 'VECTOR__INDEPENDENT_SIG_MSG';
/** The attribute that says what a message is on the bus, and its value for J1939. */
const FORMAT = 'VFrameFormat';
/** Attributes with names of more than the 32 characters that the format has room for. */
const LONG_NAME = { message: 'SystemMessageLongSymbol', signal: 'SystemSignalLongSymbol' } as const;
const J1939_FORMAT = 3;
const J1939_NAME = 'J1939PG';
const MOST_PROBLEMS = 1_000;

/** Statements that end with a semicolon and concern other tools. */
const SKIPPED = new Set([
  ...['EV_', 'ENVVAR_DATA_', 'EV_DATA_', 'SGTYPE_', 'SIG_TYPE_REF_', 'SGTYPE_VAL_', 'SIGTYPE_VALTYPE_', 'SIG_GROUP_'],
  ...[
    'BO_TX_BU_',
    'CAT_DEF_',
    'CAT_',
    'FILTER',
    'BA_DEF_',
    'BA_DEF_REL_',
    'BA_DEF_DEF_REL_',
    'BA_REL_',
    'BA_DEF_SGTYPE_',
  ],
  ...['BA_SGTYPE_', 'BU_EV_REL_', 'BU_SG_REL_', 'BU_BO_REL_'],
]);

/**
 * Reads the text of a DBC file.
 * @throws DbcError with the line
 */
export function parseDbc(text: string): DbcDatabase {
  return new DbcParser(text).parse();
}

class DbcParser {
  readonly #tokens: Tokens;
  /** By the number in the file. */
  readonly #messages = new Map<number, MessageDraft>();
  readonly #tables = new Map<string, ReadonlyMap<number, string>>();
  readonly #problems: string[] = [];
  #formatByDefault = '';

  constructor(text: string) {
    this.#tokens = new Tokens(text);
  }

  parse(): DbcDatabase {
    while (this.#tokens.peek().kind !== 'end') this.#statement();
    const messages = [...this.#messages.values()].filter(draft => this.#isOnBus(draft));
    return new DbcDatabase(
      messages.map(draft => finishMessage(draft, this.#isJ1939(draft), what => this.#problem(what))),
      this.#problems,
    );
  }

  #isOnBus({ name, id }: MessageDraft): boolean {
    if (name === NO_MESSAGE) return false;
    const possible = id <= MOST_EXTENDED_ID;
    if (!possible) this.#problem(`${name} is left out: no frame has the id ${id}`);
    return possible;
  }

  #isJ1939({ ext, format }: MessageDraft): boolean {
    return ext && (format === undefined ? this.#formatByDefault === J1939_NAME : format === J1939_FORMAT);
  }

  #statement(): void {
    const { line } = this.#tokens.peek();
    const keyword = this.#tokens.word('a statement');
    if (SKIPPED.has(keyword)) this.#tokens.skipStatement();
    else if (keyword === 'VERSION') this.#tokens.text('the version');
    else if (keyword === 'NS_') this.#newSymbols();
    else if (keyword === 'BS_' || keyword === 'BU_') this.#restOfLine(line);
    else if (keyword === 'BO_') this.#message();
    else if (keyword === 'CM_') this.#comment();
    else if (keyword === 'VAL_') this.#values();
    else if (keyword === 'VAL_TABLE_') this.#valueTable();
    else if (keyword === 'SIG_VALTYPE_') this.#valueType();
    else if (keyword === 'SG_MUL_VAL_') this.#multiplexing();
    else if (keyword === 'BA_') this.#attribute();
    else if (keyword === 'BA_DEF_DEF_') this.#attributeDefault();
    else throw new DbcError(line, `${keyword} is no statement that a DBC file has here`);
  }

  /** A list of statements that other versions of the format have: words, each alone in its line. */
  #newSymbols(): void {
    this.#tokens.takeSign(':');
    const alone = () => this.#tokens.peek().kind === 'word' && this.#tokens.peek(1).line !== this.#tokens.peek().line;
    while (alone()) this.#tokens.take();
  }

  /** The bit rate, or the names of those on the bus: of no use here. Names may go on in further lines. */
  #restOfLine(line: number): void {
    this.#tokens.sign(':');
    const belongs = ({ kind, text, line: at }: Token) =>
      kind === 'number' ||
      (kind === 'sign' && /[:,]/.test(text)) ||
      (kind === 'word' && (at === line || !text.endsWith('_')));
    while (belongs(this.#tokens.peek())) this.#tokens.take();
  }

  #message(): void {
    const { line } = this.#tokens.peek();
    const number = this.#tokens.whole('id of a message', 0, MOST_ID);
    const name = this.#tokens.word('the name of the message');
    this.#tokens.sign(':');
    const length = this.#tokens.whole('length of a message', 0, name === NO_MESSAGE ? MOST_ID : MOST_BYTES);
    const sender = this.#tokens.word('who sends the message');
    // Some files forget the flag; an id of more than 11 bits can be nothing else.
    const ext = number > MOST_STANDARD_ID;
    const id = number >= EXTENDED ? number - EXTENDED : number;
    if (this.#messages.has(number)) throw new DbcError(line, `there are two messages of the id ${number}`);
    const draft: MessageDraft = { id, ext, name, length, sender, signals: new Map() };
    this.#messages.set(number, draft);
    while (this.#tokens.peek().text === 'SG_' && this.#tokens.peek().kind === 'word') this.#signal(draft);
  }

  #signal({ name: message, signals }: MessageDraft): void {
    const { line } = this.#tokens.take();
    const name = this.#tokens.word('the name of the signal');
    if (signals.has(name)) throw new DbcError(line, `${message} has two signals ${name}`);
    const { isSwitch, when } = this.#multiplexer(line);
    this.#tokens.sign(':');
    const start = this.#tokens.whole('first bit', 0, MOST_BYTES * 8 - 1);
    this.#tokens.sign('|');
    const length = this.#tokens.whole('length of a signal', 1, 64);
    this.#tokens.sign('@');
    const order = this.#tokens.whole('byte order', 0, 1) === 1 ? 'intel' : 'motorola';
    const type = this.#tokens.takeSign('+') ? 'unsigned' : 'signed';
    if (type === 'signed') this.#tokens.sign('-');
    const [factor, offset] = this.#pair('(', ',', ')');
    const [minimum, maximum] = this.#pair('[', '|', ']');
    const unit = this.#tokens.text('the unit');
    const facts = { name, start, length, order, type, factor, offset, minimum, maximum, unit } as const;
    signals.set(name, { ...facts, labels: new Map(), isSwitch, when, ranges: [] } satisfies SignalDraft);
    this.#receivers(this.#tokens.peek().line === line ? line : undefined);
  }

  /** `M`: a switch. `m3`: there while the switch is 3. `m3M`: both. */
  #multiplexer(line: number): Pick<SignalDraft, 'isSwitch' | 'when'> {
    if (this.#tokens.peek().kind !== 'word') return { isSwitch: false, when: undefined };
    const told = /^(?:m(\d{1,10}))?(M)?$/.exec(this.#tokens.word('a multiplexer'));
    if (told === null) throw new DbcError(line, 'a signal is multiplexed by M, m and a number, or both');
    return { isSwitch: told[2] !== undefined, when: told[1] === undefined ? undefined : Number(told[1]) };
  }

  #pair(open: string, between: string, close: string): readonly [number, number] {
    this.#tokens.sign(open);
    const first = this.#tokens.number('a number');
    this.#tokens.sign(between);
    const second = this.#tokens.number('a number');
    this.#tokens.sign(close);
    return [first, second];
  }

  /** Who reads the signal: names in the same line. */
  #receivers(line: number | undefined): void {
    const belongs = ({ kind, text, line: at }: Token) =>
      at === line && (kind === 'word' || (kind === 'sign' && text === ','));
    while (belongs(this.#tokens.peek())) this.#tokens.take();
  }

  #comment(): void {
    const { kind, text } = this.#tokens.peek();
    if (kind === 'word' && text === 'BO_') this.#commentOn(() => this.#messageOf('a comment'));
    else if (kind === 'word' && text === 'SG_') this.#commentOn(() => this.#signalOf('a comment'));
    else this.#tokens.skipStatement();
  }

  #commentOn(find: () => { comment?: string } | undefined): void {
    this.#tokens.take();
    const owner = find();
    const comment = this.#tokens.text('the comment');
    if (owner !== undefined) owner.comment = comment;
    this.#tokens.sign(';');
  }

  #values(): void {
    // A word is the name of a variable of the environment.
    if (this.#tokens.peek().kind === 'word') this.#tokens.skipStatement();
    else this.#namesOfValues(this.#signalOf('names of values'));
  }

  #namesOfValues(signal: SignalDraft | undefined): void {
    const next = this.#tokens.peek();
    const labels = next.kind === 'word' ? this.#tables.get(this.#tokens.take().text) : this.#labels();
    if (labels === undefined) throw new DbcError(next.line, `there is no table ${next.text}`);
    for (const [value, label] of labels) signal?.labels.set(value, label);
    this.#tokens.sign(';');
  }

  #valueTable(): void {
    const name = this.#tokens.word('the name of the table');
    this.#tables.set(name, this.#labels());
    this.#tokens.sign(';');
  }

  #labels(): ReadonlyMap<number, string> {
    const labels = new Map<number, string>();
    while (this.#tokens.peek().kind === 'number') {
      const value = this.#tokens.number('a value');
      labels.set(value, this.#tokens.text('the name of a value'));
    }
    return labels;
  }

  #valueType(): void {
    const signal = this.#signalOf('a type');
    this.#tokens.takeSign(':');
    const type = this.#tokens.whole('type of a signal', 0, 3);
    const types: readonly (DbcSignal['type'] | undefined)[] = [undefined, 'float', 'double'];
    const told = types[type];
    if (signal !== undefined && told !== undefined) signal.type = told;
    this.#tokens.sign(';');
  }

  #multiplexing(): void {
    const signal = this.#signalOf('a multiplexer');
    const by = this.#tokens.word('the name of the multiplexer');
    if (signal !== undefined) signal.by = by;
    do {
      const low = this.#tokens.whole('value of a multiplexer', 0, Number.MAX_SAFE_INTEGER);
      // The hyphen between the two reads as the sign of the second.
      this.#tokens.takeSign('-');
      const high = Math.abs(this.#tokens.number('a value'));
      signal?.ranges.push([low, high]);
    } while (this.#tokens.takeSign(','));
    this.#tokens.sign(';');
  }

  #attribute(): void {
    const attribute = this.#tokens.text('the name of the attribute');
    const { kind, text } = this.#tokens.peek();
    const about = kind === 'word' ? text : '';
    if (attribute === FORMAT && about === 'BO_') this.#format();
    else if (attribute === LONG_NAME.message && about === 'BO_') this.#longName(() => this.#messageOf('a long name'));
    else if (attribute === LONG_NAME.signal && about === 'SG_') this.#longName(() => this.#signalOf('a long name'));
    else this.#tokens.skipStatement();
  }

  #format(): void {
    this.#tokens.take();
    const message = this.#messageOf('a format');
    const format = this.#tokens.whole('format', 0, 255);
    if (message !== undefined) message.format = format;
    this.#tokens.sign(';');
  }

  #longName(find: () => { longName?: string } | undefined): void {
    this.#tokens.take();
    const owner = find();
    const name = this.#tokens.text('the long name');
    if (owner !== undefined) owner.longName = name;
    this.#tokens.sign(';');
  }

  #attributeDefault(): void {
    const attribute = this.#tokens.text('the name of the attribute');
    if (attribute === FORMAT && this.#tokens.peek().kind === 'text') this.#formatByDefault = this.#tokens.take().text;
    this.#tokens.skipStatement();
  }

  #messageOf(what: string): MessageDraft | undefined {
    const number = this.#tokens.whole('id of a message', 0, MOST_ID);
    const message = this.#messages.get(number);
    if (message === undefined) this.#problem(`there is no message ${number} for ${what}`);
    return message;
  }

  #signalOf(what: string): SignalDraft | undefined {
    const message = this.#messageOf(what);
    const name = this.#tokens.word('the name of the signal');
    const signal = message?.signals.get(name);
    if (message !== undefined && signal === undefined)
      this.#problem(`${message.name} has no signal ${name} for ${what}`);
    return signal;
  }

  #problem(what: string): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(what);
  }
}
