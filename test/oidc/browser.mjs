// SPDX-License-Identifier: Apache-2.0
// As much of a browser as a sign-in needs: cookies of each origin, redirects one by one.

// Returns the lines of Set-Cookie, which Node joins by commas; dates have commas too. Node 18 has
// no Headers.getSetCookie.
function cookiesOf(headers) {
  return (headers.get('set-cookie') ?? '').split(/,\s*(?=[^;,=\s]+=)/).filter(Boolean);
}

export class Browser {
  constructor() { this.jars = new Map(); }

  jar(url) {
    const {origin} = new URL(url);
    if (!this.jars.has(origin)) this.jars.set(origin, new Map());
    return this.jars.get(origin);
  }

  async fetch(url, options = {}) {
    const jar = this.jar(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      ...options, redirect: 'manual', headers: {...options.headers, ...(cookie && {cookie})}});
    for (const line of cookiesOf(answer.headers)) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const equals = pair.indexOf('=');
      const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
      const gone = attributes.some((each) => /^max-age=0$/i.test(each))
        || attributes.some((each) => /^expires=Thu, 01 Jan 1970/i.test(each));
      if (gone) jar.delete(name); else jar.set(name, value);
    }
    return answer;
  }

  // Follows redirects until `isThere` says that the next address is the one to stop before.
  async follow(url, isThere) {
    for (let step = 0; step < 10; ++step) {
      if (isThere(url)) return url;
      const answer = await this.fetch(url);
      const location = answer.headers.get('location');
      if (!location) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
      url = new URL(location, url).href;
    }
    throw new Error('too many redirects');
  }
}
