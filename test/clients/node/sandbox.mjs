// SPDX-License-Identifier: Apache-2.0
// A sandbox of the server under test, and the steps of a test.
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

export class Sandbox {
  // Starts the sandbox and returns when it is ready. `program` is the path of
  // zerotouchd, `options` are further arguments.
  static async start(program, ...options) {
    const sandbox = new Sandbox();
    sandbox.dir = mkdtempSync(join(tmpdir(), 'zerotouch-node-'));
    sandbox.program = program;
    sandbox.options = ['--data-dir', join(sandbox.dir, 'data'), ...options];
    await sandbox.run('127.0.0.1:0');
    return sandbox;
  }

  // Starts the program and waits until it is ready.
  async run(listen) {
    const server = spawn(this.program, ['sandbox', '--listen', listen, ...this.options],
                         {stdio: ['ignore', 'pipe', 'ignore']});
    this.process = server;
    // Ends the server whenever the test ends.
    process.once('exit', () => server.kill('SIGKILL'));
    const lines = createInterface({input: server.stdout});
    const ready = await new Promise((resolve, reject) => {
      lines.once('line', resolve);
      server.once('exit', code => reject(new Error(`zerotouchd ended with ${code}`)));
    });
    Object.assign(this, JSON.parse(ready));
  }

  // Kills the server, as a crash does.
  async kill() {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await ended;
  }

  // Starts the server again at its address, after it was killed.
  async restart() { await this.run(new URL(this.endpoint).host); }

  key(account) { return JSON.parse(readFileSync(account.credentials, 'utf8')); }

  async stop() {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    const code = await ended;
    rmSync(this.dir, {recursive: true});
    if (code !== 0) throw new Error(`zerotouchd ended with ${code}`);
  }
}

// Returns a valid IMEI, different for each number.
export function imei(number) {
  const digits = '35' + String(number).padStart(12, '0');
  let sum = 0;
  for (let i = 0; i < 14; ++i) {
    const value = Number(digits[i]) * (i % 2 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return digits + (10 - sum % 10) % 10;
}
