// SPDX-License-Identifier: Apache-2.0
// Runs oidc-provider on loopback: issuer.mjs PORT KEYS. KEYS is a file with the JWK Set
// that it signs by. Its one client gets access tokens that are JWTs for the audience
// zerotouch. Prints a line when it listens.
import {readFileSync} from 'node:fs';

import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const jwks = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const resource = 'https://zerotouch.example.com';

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks,
  clients: [{
    client_id: 'inventory', client_secret: 'not-a-secret', redirect_uris: [],
    response_types: [], grant_types: ['client_credentials'],
  }],
  features: {
    devInteractions: {enabled: false},
    clientCredentials: {enabled: true},
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({
        scope: '', audience: 'zerotouch', accessTokenFormat: 'jwt', accessTokenTTL: 600,
        jwt: {sign: {alg: jwks.keys[0].alg}},
      }),
    },
  },
});
provider.listen(port, '127.0.0.1', () => console.log('ready'));
