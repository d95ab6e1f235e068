// Cuts the text of a DBC file into words, numbers, quoted texts and signs.
import { DbcError } from './database.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'sign' | 'end';
  /** Without the quotes. */
  readonly text: string;
  readonly line: number;
}

const MOST_CHARACTERS = 16 * 1024 * 1024;
const PART =
  /(?<space>\s+)|(?<comment>\/\/[^\n]*)|(?<text>"(?:\\"|[^"])*")|(?<number>[+-]?(?:0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<sign>[:;,|@()[\]+-])/y;

/** Reads tokens one by one, with a look ahead. */
export class Tokens {
  readonly #text: string;
  readonly #pattern = new RegExp(PART.source, 'y');
  #at = 0;
  #line = 1;
  #ahead: Token[] = [];

  /** @throws DbcError for a text that nobody would give a DBC file */
  constructor(text: string) {
    if (text.length > MOST_CHARACTERS) throw new DbcError(1, `the file has more than ${MOST_CHARACTERS} characters`);
    this.#text = text.replace(/^﻿/, '');
  }

  /** The token after `skip` others, not taken. @throws DbcError for a sign that no DBC file has */
  peek(skip = 0): Token {
    while (this.#ahead.length <= skip) this.#ahead.push(this.#read());
    return this.#ahead[skip] as Token;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#ahead.shift();
    return token;
  }

  /** Takes a word. @throws DbcError when it is none */
  word(what: string): string {
    return this.#expect('word', what).text;
  }

  /** Takes a quoted text. @throws DbcError */
  text(what: string): string {
    return this.#expect('text', what).text;
  }

  /** Takes a number. @throws DbcError when it is none, or not finite */
  number(what: string): number {
    const { text, line } = this.#expect('number', what);
    const value = Number(text);
    if (!Number.isFinite(value)) throw new DbcError(line, `${text} is too large`);
    return value;
  }

  /** Takes a whole number in a range. @throws DbcError */
  whole(what: string, least: number, most: number): number {
    const { line } = this.peek();
    const value = this.number(what);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new DbcError(line, `${value} is no ${what}; it is a whole number from ${least} to ${most}`);
    return value;
  }

  /** Takes a sign. @throws DbcError when it is another token */
  sign(sign: string): void {
    const token = this.take();
    if (token.kind !== 'sign' || token.text !== sign) throw this.#wrong(token, `"${sign}"`);
  }

  /** Takes a sign when it is next. */
  takeSign(sign: string): boolean {
    const { kind, text } = this.peek();
    const found = kind === 'sign' && text === sign;
    if (found) this.take();
    return found;
  }

  /** Takes everything up to a semicolon and it. @throws DbcError when there is none */
  skipStatement(): void {
    for (let token = this.take(); token.kind !== 'sign' || token.text !== ';'; token = this.take())
      if (token.kind === 'end') throw this.#wrong(token, '";"');
  }

  #expect(kind: Token['kind'], what: string): Token {
    const token = this.take();
    if (token.kind !== kind) throw this.#wrong(token, what);
    return token;
  }

  #wrong({ kind, text, line }: Token, expected: string): DbcError {
    const found = kind === 'end' ? 'the end of the file' : JSON.stringify(text.slice(0, 40));
    return new DbcError(line, `${expected} is missing before ${found}`);
  }

  #read(): Token {
    for (;;) {
      if (this.#at === this.#text.length) return { kind: 'end', text: '', line: this.#line };
      this.#pattern.lastIndex = this.#at;
      const groups = this.#pattern.exec(this.#text)?.groups;
      if (groups === undefined) throw this.#strange();
      const line = this.#line;
      const { space, comment, text, number, word, sign } = groups as Readonly<Record<string, string | undefined>>;
      const found = space ?? comment ?? text ?? number ?? word ?? sign ?? '';
      this.#at += found.length;
      if (space !== undefined || text !== undefined) this.#line += found.split('\n').length - 1;
      if (text !== undefined) return { kind: 'text', text: text.slice(1, -1).replaceAll('\\"', '"'), line };
      if (number !== undefined) return { kind: 'number', text: number, line };
      if (word !== undefined) return { kind: 'word', text: word, line };
      if (sign !== undefined) return { kind: 'sign', text: sign, line };
    }
  }

  #strange(): DbcError {
    const character = this.#text[this.#at];
    const what = character === '"' ? 'a quoted text has no end' : `${JSON.stringify(character)} means nothing here`;
    return new DbcError(this.#line, what);
  }
}
