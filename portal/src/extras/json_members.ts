// SPDX-License-Identifier: Apache-2.0
// Reads JSON without losing what JSON.parse loses: members that are given twice, and how numbers
// are written.

export type Json =
  | {kind: 'object'; members: [string, Json][]}
  | {kind: 'array'; items: Json[]}
  | {kind: 'string' | 'number' | 'boolean' | 'null'; text: string};

const kToken = /[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^ \t\r\n{}[\],:"]+)/y;

class Parser {
  private at = 0;
  constructor(private readonly text: string) {}

  private next(): string {
    kToken.lastIndex = this.at;
    const match = kToken.exec(this.text);
    this.at = kToken.lastIndex;
    return match?.[1] ?? '';
  }

  private peek(): string {
    const at = this.at;
    const token = this.next();
    this.at = at;
    return token;
  }

  value(): Json {
    const token = this.next();
    if (token === '{') return {kind: 'object', members: this.members()};
    if (token === '[') return {kind: 'array', items: this.items()};
    if (token.startsWith('"')) return {kind: 'string', text: JSON.parse(token) as string};
    if (token === 'true' || token === 'false') return {kind: 'boolean', text: token};
    return {kind: token === 'null' ? 'null' : 'number', text: token};
  }

  private members(): [string, Json][] {
    const members: [string, Json][] = [];
    while (this.peek() !== '}') {
      const name = JSON.parse(this.next()) as string;
      this.next(); // the colon
      members.push([name, this.value()]);
      if (this.peek() === ',') this.next();
    }
    this.next();
    return members;
  }

  private items(): Json[] {
    const items: Json[] = [];
    while (this.peek() !== ']') {
      items.push(this.value());
      if (this.peek() === ',') this.next();
    }
    this.next();
    return items;
  }
}

// Returns the value of `text`, which JSON.parse accepts.
export function parseMembers(text: string): Json {
  return new Parser(text).value();
}
