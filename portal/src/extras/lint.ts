// SPDX-License-Identifier: Apache-2.0
// Checks the `dpcExtras` of a configuration as the command line does (src/model/dpc_extras.h).
import {editDistance} from './edit_distance';
import {findExtra, kExtraPrefix, kExtras, kShortPrefix, type Extra} from './names';
import {parseMembers, type Json} from './json_members';

export type Warning = {member: string; text: string};

export const kMostBytes = 10 << 10;
const kSha256Bytes = 32;
const kTypingErrors = 3;

function nearest(name: string): Extra | undefined {
  if (name.length > 100) return undefined;
  const upper = name.toUpperCase();
  let best: Extra | undefined;
  let least = kTypingErrors + 1;
  for (const extra of kExtras) {
    const distance = editDistance(upper, extra.name);
    if (distance >= least) continue;
    best = extra;
    least = distance;
  }
  return best;
}

const kPrivateName = new RegExp(
  'password|passwd|passphrase|secret|apikey|privatekey|accesskey|accesstoken|authtoken|bearertoken|' +
    'credential|refreshtoken|serviceaccount',
);

function isPrivateName(name: string): boolean {
  return kPrivateName.test(name.replace(/[_\-. ]/g, '').toLowerCase());
}

function isPrivateText(text: string): boolean {
  if (text.includes('PRIVATE KEY-----')) return true;
  return text.length >= 16 && /^(AKIA|AIza|ghp_|xoxb-|sk_live_|Basic |Bearer )/.test(text);
}

// Is true for a URL with a password, scheme://user:password@host.
function hasPassword(url: string): boolean {
  const begin = url.indexOf('://');
  if (begin < 0) return false;
  const authority = url.slice(begin + 3).split(/[/?#]/, 1)[0] ?? '';
  const at = authority.lastIndexOf('@');
  return at >= 0 && authority.slice(0, at).includes(':');
}

function startsWithIgnoringCase(text: string, beginning: string): boolean {
  return text.slice(0, beginning.length).toLowerCase() === beginning.toLowerCase();
}

const kTypeNames = {
  text: 'a string',
  flag: 'true or false',
  number: 'a whole number',
  bundle: 'an object',
  other: '',
};

function hasType(value: Json, type: Extra['type']): boolean {
  switch (type) {
    case 'text':
      return value.kind === 'string';
    case 'flag':
      return value.kind === 'boolean';
    case 'number':
      return value.kind === 'number' && /^-?\d+$/.test(value.text);
    case 'bundle':
      return value.kind === 'object';
    case 'other':
      return true;
  }
}

function isUrlSafeSha256(text: string): boolean {
  const bare = text.replace(/={1,2}$/, '');
  return (
    /^[A-Za-z0-9_-]+$/.test(bare) &&
    Math.floor((bare.length * 6) / 8) === kSha256Bytes &&
    bare.length === 43
  );
}

export function isComponentName(text: string): boolean {
  return /^[A-Za-z0-9_$]*\.[A-Za-z0-9_.$]*\/[A-Za-z0-9_.$]+$/.test(text) && !text.startsWith('/');
}

class Linter {
  readonly warnings: Warning[] = [];

  private add(member: string, text: string): void {
    this.warnings.push({member, text});
  }

  run(extras: string): Warning[] {
    if (extras === '') return [];
    const bytes = new TextEncoder().encode(extras).length;
    if (bytes > kMostBytes) {
      this.add('', `${bytes} bytes are too many: use at most ${kMostBytes}`);
      return this.warnings;
    }
    try {
      JSON.parse(extras);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.add('', `not JSON: ${why}; use the text of a JSON object`);
      return this.warnings;
    }
    const root = parseMembers(extras);
    if (root.kind !== 'object') {
      this.add('', 'not a JSON object: devices ignore it; use {"name": value, …}');
      return this.warnings;
    }
    this.checkTop(root);
    return this.warnings;
  }

  private checkTop(root: Json & {kind: 'object'}): void {
    let download: string | undefined;
    let hasChecksum = false;
    for (const [name, value] of root.members) {
      const extra = findExtra(name);
      if (!extra) {
        this.checkUnknown(name);
      } else {
        this.checkKnown(name, extra, value);
        if (extra.name === 'DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION') download = name;
        hasChecksum ||= extra.form === 'checksum';
      }
      this.checkValue(name, name, value, extra);
    }
    this.checkRepeats('', root);
    if (download !== undefined && !hasChecksum) {
      this.add(
        download,
        `no checksum of the package: devices refuse the download; add ${kExtraPrefix}` +
          `DEVICE_ADMIN_SIGNATURE_CHECKSUM or ${kExtraPrefix}DEVICE_ADMIN_PACKAGE_CHECKSUM`,
      );
    }
  }

  private checkUnknown(name: string): void {
    let bare = name;
    for (const prefix of [kExtraPrefix, 'android.app.extra.', 'EXTRA_']) {
      if (!startsWithIgnoringCase(bare, prefix)) continue;
      bare = bare.slice(prefix.length);
      break;
    }
    const isOurs =
      startsWithIgnoringCase(name, kExtraPrefix) || startsWithIgnoringCase(bare, 'PROVISIONING_');
    if (startsWithIgnoringCase(name, kShortPrefix)) {
      this.add(
        name,
        `no extra has this short name: devices ignore it; use a full name, ${kExtraPrefix}…`,
      );
      return;
    }
    if (!isOurs) {
      this.add(
        name,
        `devices ignore members beside ${kExtraPrefix}…; put settings of your app into ` +
          `${kExtraPrefix}ADMIN_EXTRAS_BUNDLE`,
      );
      return;
    }
    if (startsWithIgnoringCase(bare, 'PROVISIONING_')) bare = bare.slice(13);
    const near = nearest(bare);
    this.add(
      name,
      near
        ? `Android has no such extra: devices ignore it; use ${kExtraPrefix}${near.name}`
        : 'Android has no such extra: devices ignore it; remove it',
    );
  }

  private checkKnown(name: string, extra: Extra, value: Json): void {
    if (!hasType(value, extra.type)) {
      this.add(name, `wrong type: use ${kTypeNames[extra.type]}`);
      return;
    }
    if (value.kind !== 'string') return;
    if (extra.form === 'checksum') this.checkChecksum(name, value.text);
    if (extra.form === 'component' && !isComponentName(value.text)) {
      this.add(name, 'not a component: use package/class, such as com.example.dpc/.AdminReceiver');
    }
    if (extra.form === 'url' && !/^https?:\/\//i.test(value.text)) {
      this.add(name, 'not a URL: use https://…');
    }
  }

  private checkChecksum(name: string, text: string): void {
    if (isUrlSafeSha256(text)) return;
    const use = 'use the URL-safe base64 form, without padding, of a SHA-256 digest of 32 bytes';
    const safe = text.replaceAll('+', '-').replaceAll('/', '_');
    this.add(
      name,
      /^[0-9a-f]{64}$/i.test(text)
        ? `the checksum is hexadecimal: ${use}`
        : isUrlSafeSha256(safe)
          ? "the checksum is base64 but not URL-safe: replace '+' by '-' and '/' by '_'"
          : `not a SHA-256 checksum: ${use}`,
    );
  }

  // Checks what holds at every depth. `extra` is the known extra of a member at the top.
  private checkValue(path: string, name: string, value: Json, extra?: Extra): void {
    if (value.kind === 'object') {
      this.checkRepeats(path, value);
      for (const [key, inner] of value.members) {
        if (key.startsWith(kExtraPrefix)) {
          this.add(`${path}.${key}`, 'devices read this extra only at the top: move it there');
        }
        this.checkValue(`${path}.${key}`, key, inner);
      }
    } else if (value.kind === 'array') {
      value.items.forEach((inner, i) => this.checkValue(`${path}[${i}]`, name, inner));
    } else if (value.kind === 'string') {
      this.checkText(path, name, value.text, extra);
    }
  }

  private checkText(path: string, name: string, text: string, extra?: Extra): void {
    if (startsWithIgnoringCase(text, 'http://')) {
      this.add(path, 'http can be read and changed on the way: use https');
    }
    const isPrivate = extra ? extra.form === 'secret' : isPrivateName(name);
    if ((isPrivate && text !== '') || isPrivateText(text) || hasPassword(text)) {
      this.add(
        path,
        'a secret in plain sight: everybody who can read the configuration, or who holds a device, ' +
          'sees it; let the device fetch it after enrolment, or use one that expires',
      );
    }
  }

  private checkRepeats(path: string, value: Json & {kind: 'object'}): void {
    const seen = new Set<string>();
    const named = new Set<string>();
    for (const [key] of value.members) {
      if (seen.has(key) && !named.has(key)) {
        named.add(key);
        this.add(
          path === '' ? key : `${path}.${key}`,
          'given more than once: devices use the last one; remove the others',
        );
      }
      seen.add(key);
    }
  }
}

// Returns all warnings about the text of a configuration's extras, in its order.
export function lintExtras(extras: string): Warning[] {
  return new Linter().run(extras);
}
