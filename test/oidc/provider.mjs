// SPDX-License-Identifier: Apache-2.0
// A real OpenID provider on loopback, whose people need no password.
import {generateKeyPairSync} from 'node:crypto';

import {SignJWT, UnsecuredJWT, decodeJwt, importJWK} from 'jose';
import {Provider} from 'oidc-provider';

export function newKey(kid) {
  const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
  return {...privateKey.export({format: 'jwk'}), kid, use: 'sig', alg: 'RS256'};
}

export class TestProvider {
  // `people` are the claims of each account by its id. `root` is the URL of the server.
  constructor(port, root, people) {
    this.port = port;
    this.issuer = `http://127.0.0.1:${port}`;
    this.root = root;
    this.people = people;
    this.key = newKey('first');
    this.person = null;  // who signs in next
    this.tamper = null;  // changes the ID token that is given out
  }

  configuration() {
    return {
      clients: [{
        client_id: 'zerotouch',
        client_secret: 'a secret & more',
        redirect_uris: [`${this.root}/portal/callback`],
        post_logout_redirect_uris: [`${this.root}/portal/`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      }],
      jwks: {keys: [this.key]},
      claims: {
        openid: ['sub'],
        email: ['email', 'email_verified'],
        profile: ['name', 'groups'],
      },
      conformIdTokenClaims: false,
      pkce: {required: () => true, methods: ['S256']},
      cookies: {keys: ['for tests only']},
      features: {devInteractions: {enabled: false}, rpInitiatedLogout: {enabled: true}},
      interactions: {url: (ctx, interaction) => `/interaction/${interaction.uid}`},
      findAccount: (ctx, id) => ({accountId: id, claims: () => ({sub: id, ...this.people[id]})}),
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({
          clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId});
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    };
  }

  async start() {
    const provider = new Provider(this.issuer, this.configuration());
    provider.use(async (ctx, next) => {
      if (ctx.path.startsWith('/interaction/')) {
        const result = this.person === null ? {error: 'access_denied'}
          : {login: {accountId: this.person}};
        await provider.interactionFinished(ctx.req, ctx.res, result);
        ctx.respond = false;
        return;
      }
      await next();
      if (ctx.path === '/token' && ctx.body?.id_token && this.tamper) {
        ctx.body = {...ctx.body, id_token: await this.tamper(ctx.body.id_token)};
      }
    });
    this.server = await new Promise((resolve) => {
      const server = provider.listen(this.port, '127.0.0.1', () => resolve(server));
    });
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  // Signs the token again with changed claims, by the provider's key or another.
  async signAgain(token, change, key = this.key) {
    return new SignJWT({...decodeJwt(token), ...change})
      .setProtectedHeader({alg: 'RS256', kid: key.kid})
      .sign(await importJWK(key, 'RS256'));
  }

  static unsigned(token) { return new UnsecuredJWT(decodeJwt(token)).encode(); }
}
